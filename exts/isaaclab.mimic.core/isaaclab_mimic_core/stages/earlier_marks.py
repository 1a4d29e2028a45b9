# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What annotated files already say: which demonstrations are done, and where their marks are."""

from pathlib import Path

from ..datasets import DatasetReader, Episode, first_change
from ..datasets.layout import ATTR_NUM_SAMPLES, START_SIGNALS, TERM_SIGNALS
from ..errors import OptionError


def already_annotated(output: str, source: str) -> set[str]:
    """Return which demonstrations of a file are in an annotated file already; none if there is no such file.

    Args:
        output: The annotated file.
        source: The file of recorded demonstrations.

    Raises:
        OptionError: The annotated file was made from another one.
        InputFileError: One of the files cannot be read.
    """
    if not Path(output).exists():
        return set()
    with DatasetReader(source) as recorded, DatasetReader(output, allow_empty=True) as annotated:
        done = set()
        for name in annotated.episode_names:
            attrs = annotated.attrs(name)
            origin = _origin(attrs)
            known = origin in recorded.episode_names
            if not known or recorded.attrs(origin).get(ATTR_NUM_SAMPLES) != attrs.get(ATTR_NUM_SAMPLES):
                raise OptionError(
                    f"its {name} was not made from a demonstration in {source}",
                    where=f"--resume {output}",
                    remedy="Give the same --input as before, or another --output.",
                )
            done.add(origin)
    return done


def marks_in(path: str, names: set[str]) -> dict[str, dict[str, int]]:
    """Return the marks that a file holds, by recorded demonstration and then by label (`datagen.marking.Slot.label`).

    Args:
        path: An annotated file.
        names: The recorded demonstrations that are of interest.

    Raises:
        OptionError: It has marks for none of them.
        InputFileError: It cannot be read.
    """
    found = {}
    with DatasetReader(path) as reader:
        for name in reader.episode_names:
            origin = _origin(reader.attrs(name)) or name
            groups = [group for group in (TERM_SIGNALS, START_SIGNALS) if reader.has(name, group)]
            if origin in names and groups:
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


def _origin(attrs: dict) -> str:
    """Return which recorded demonstration an annotated one was made from; empty if it does not say."""
    history = attrs.get("mimic")
    origin = history.get("annotated") if isinstance(history, dict) else None
    return str(origin.get("from", "")) if isinstance(origin, dict) else ""
