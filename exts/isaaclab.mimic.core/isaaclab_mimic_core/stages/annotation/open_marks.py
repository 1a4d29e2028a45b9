# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Marks of demonstrations that were begun and not accepted: kept beside the output until they are."""

import json
from pathlib import Path

from ...errors import InputFileError
from ...files import write_json


class OpenMarks:
    """A small file, `<output>.marks.json`; written at each change, so that not even a kill loses a mark.

    Args:
        output: The annotated file that it stands beside.
        resume: Whether to go on with what was kept; otherwise it is replaced with the first change.

    Raises:
        InputFileError: What was kept cannot be read.
    """

    def __init__(self, output: str, resume: bool):
        self.path = Path(f"{output}.marks.json")
        self._marks: dict[str, dict[str, int]] = {}
        if resume and self.path.exists():
            self._marks = self._read()

    def get(self, name: str, num_samples: int) -> dict[str, int] | None:
        """Return the marks of a demonstration by label; None if none were kept, or they are of a longer one."""
        marks = self._marks.get(name)
        return None if marks is None or any(at >= num_samples for at in marks.values()) else marks

    def keep(self, name: str, marks: dict[str, int]) -> None:
        """Write down the marks of a demonstration.

        Raises:
            OutputError: The file cannot be written.
        """
        if self._marks.get(name) != marks:
            self._marks[name] = dict(marks)
            write_json(self.path, self._marks)

    def forget(self, name: str) -> None:
        """Leave a demonstration out, for it was accepted or is as it was; the file goes with the last one.

        Raises:
            OutputError: The file cannot be written.
        """
        if self._marks.pop(name, None) is None:
            return
        if self._marks:
            write_json(self.path, self._marks)
        else:
            self.path.unlink(missing_ok=True)

    def __contains__(self, name: str) -> bool:
        return name in self._marks

    def _read(self) -> dict[str, dict[str, int]]:
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            return {str(name): {str(label): int(at) for label, at in marks.items()} for name, marks in found.items()}
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise InputFileError(
                "does not hold the marks that were kept here",
                where=str(self.path),
                remedy="Delete it to begin without them.",
            ) from error
