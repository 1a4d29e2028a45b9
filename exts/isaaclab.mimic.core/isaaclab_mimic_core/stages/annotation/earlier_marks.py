# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Read the marks that an annotated file holds."""

from ...datasets import DatasetReader, Episode, first_change
from ...datasets.check import require
from ...datasets.layout import START_SIGNALS, TERM_SIGNALS
from ...errors import OptionError
from ..files.resume import annotated_from


def marks_in(path: str, names: set[str]) -> dict[str, dict[str, int]]:
    """Return the marks of an annotated file: recorded demonstration -> label (`Slot.label`) -> sample.

    Args:
        path: An annotated file.
        names: The recorded demonstrations that are of interest.

    Raises:
        OptionError: It has marks for none of them.
        InputFileError: It cannot be read.
        DatasetError: Marks of one of them are not as long as its actions, no numbers, or damaged.
    """
    found = {}
    with DatasetReader(path) as reader:
        for name in reader.episode_names:
            origin = str(annotated_from(reader.attrs(name)).get("from") or name)
            groups = [group for group in (TERM_SIGNALS, START_SIGNALS) if reader.has(name, group)]
            if origin in names and groups:
                require(reader, groups, [name])
                found[origin] = _marks(reader.read(name, groups))
    if not found:
        raise OptionError(
            "has no marks for any of these demonstrations",
            where=f"--marks {path}",
            remedy="Give a file that was annotated from the same input, or --marks auto.",
        )
    return found


def _marks(episode: Episode) -> dict[str, int]:
    marks = {}
    for group, prefix in ((TERM_SIGNALS, ""), (START_SIGNALS, "start of ")):
        for signal, values in episode.group(group).items():
            if (step := first_change(values)) is not None:
                marks[prefix + signal] = step
    return marks
