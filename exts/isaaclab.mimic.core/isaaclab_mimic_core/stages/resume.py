# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Go on where a run was stopped or killed."""

from pathlib import Path

from ..datasets import DatasetReader
from ..errors import OptionError
from ..tasks import find_task
from .options import GenerateOptions


def earlier_run(options: GenerateOptions) -> tuple[int, int]:
    """Find out how far an earlier run of the same command got.

    Attempts are numbered, and number and seed decide an attempt; so a run goes on after the highest number in its file.
    What was running when it was killed is not tried again.

    Returns:
        Demonstrations that are saved already, and the number of the first attempt to make; zeros if there is no file.

    Raises:
        OptionError: The file was made with other settings.
        InputFileError: The file cannot be read.
    """
    if not Path(options.output).exists():
        return 0, 0
    with DatasetReader(options.output, allow_empty=True) as reader:
        run = (reader.data_attrs.get("mimic") or {}).get("generated") or {}
        wanted = {"task": find_task(options.task).id, "seed": options.seed, "mode": options.mode}
        for name, value in wanted.items():
            if run.get(name) != value:
                raise OptionError(
                    f"the file was generated with {name} {run.get(name)}, not {value}",
                    where=f"--resume {options.output}",
                    remedy=f"Give the same --{name}, or another --output.",
                )
        origins = [reader.attrs(name).get("mimic", {}).get("generated", {}) for name in reader.episode_names]
    return len(origins), 1 + max((int(origin.get("attempt", -1)) for origin in origins), default=-1)
