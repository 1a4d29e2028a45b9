# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Run a verb of the command line in another process."""

import signal
from collections.abc import Sequence

from .process_client import ProcessClient


class VerbClient(ProcessClient):
    """Run `mimic VERB ... --json` in another process.

    Args:
        words: The verb and its arguments.
        python: The interpreter to use; empty to find it (see `find_interpreter`).
    """

    def __init__(self, words: Sequence[str], *, python: str = "") -> None:
        self.answer: dict | None = None
        """The answer of a verb that writes one JSON object instead of events: `check`, `info`."""
        super().__init__(["isaaclab_mimic_core", *words, "--json"], python=python)

    def stop(self) -> None:
        """Interrupt the verb like Ctrl-C, and return at once. A file keeps what was saved; no output folder is made."""
        self._signal_group(signal.SIGTERM)

    def _is_complete(self) -> bool:
        return self.answer is not None

    def _take(self, message: dict) -> bool:
        self.answer = message
        return True
