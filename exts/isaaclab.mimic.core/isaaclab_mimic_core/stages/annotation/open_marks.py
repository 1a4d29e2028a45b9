# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Keep marks that are not accepted yet in a file beside the output."""

import json
from pathlib import Path

from ...errors import InputFileError
from ...files import write_json


class OpenMarks:
    """The file `<output>.marks.json`, written at each change: not even a kill loses a mark.

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
        """Return the marks of a demonstration (label -> sample); None if there are none, or some lie behind its end."""
        marks = self._marks.get(name)
        return None if marks is None or any(at >= num_samples for at in marks.values()) else marks

    def keep(self, name: str, marks: dict[str, int]) -> None:
        """Store the marks of a demonstration.

        Raises:
            OutputError: The file cannot be written.
        """
        if self._marks.get(name) != marks:
            self._marks[name] = dict(marks)
            write_json(self.path, self._marks)

    def forget(self, name: str) -> None:
        """Remove the marks of a demonstration that was accepted or is unchanged; the last one removes the file.

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
