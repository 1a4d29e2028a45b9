# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What is wrong with a descriptor that was chosen, as the command line says it. This module has no widgets."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from isaaclab_mimic_core.errors import MimicError


class DescriptorWatch:
    """Reads descriptors in threads, each anew when it has changed: a network may never answer."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, int], str]] = {}
        self._busy: dict[Path, threading.Thread] = {}
        self._asked: Path | None = None
        self._news = False

    def problem(self, path: Path) -> str:
        """Say what is wrong with a file, with its line and what to do; empty if nothing is, or while it is read."""
        self._asked = path
        self.look_again()
        return self._known[path][1] if path in self._known else ""

    def look_again(self) -> None:
        """Look whether the file that was asked for last has changed; if its answer has, that is news."""
        if (path := self._asked) is not None and path not in self._busy:
            look = threading.Thread(target=self._look, args=(path,), name="mimic descriptor", daemon=True)
            self._busy[path] = look
            look.start()

    def settle(self, seconds: float) -> None:
        """Look whether that file has changed, and wait for the answer, but not longer than this.

        Args:
            seconds: [s].
        """
        until = time.monotonic() + seconds
        # A look that goes on already may have begun before the change.
        for _ in range(2):
            self.look_again()
            for look in list(self._busy.values()):
                look.join(max(0.0, until - time.monotonic()))

    def take_news(self) -> bool:
        """Return whether another answer is known since the last call."""
        news, self._news = self._news, False
        return news

    def _look(self, path: Path) -> None:
        try:
            status = path.stat()
            stamp = status.st_mtime_ns, status.st_size
            if path in self._known and self._known[path][0] == stamp:
                return
            found = stamp, problem_of(path)
            before = self._known.get(path, (None, ""))[1]
            self._known[path] = found
            # Last: whoever takes the news asks for what is known.
            self._news |= before != found[1]
        except OSError:  # Whether it is there is for the form to say.
            self._known.pop(path, None)
        finally:
            self._busy.pop(path, None)


def problem_of(path: Path) -> str:
    """Read a descriptor; say what is wrong with it in one line, empty if nothing is."""
    try:
        # Brings yaml, which a window that explains what is missing has to do without.
        from isaaclab_mimic_core.tasks.descriptors import read_descriptor

        read_descriptor(str(path))
    except MimicError as error:
        # The form shows the path.
        return ". ".join(line.strip() for line in str(error).replace(str(path), path.name).splitlines())
    except ImportError:
        return ""
    return ""
