# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What is wrong with a descriptor that was chosen, as the command line says it. This module has no widgets."""

from __future__ import annotations

import threading
from pathlib import Path

from isaaclab_mimic_core.errors import MimicError


class DescriptorWatch:
    """Reads descriptors in threads, each anew when it has changed: a network may never answer."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, int], str]] = {}
        self._busy: set[Path] = set()
        self._news = False

    def problem(self, path: Path) -> str:
        """Say what is wrong with a file, with its line and what to do; empty if nothing is, or while it is read."""
        if path not in self._busy:
            self._busy.add(path)
            threading.Thread(target=self._look, args=(path,), name="mimic descriptor", daemon=True).start()
        return self._known[path][1] if path in self._known else ""

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
            self._news |= self._known.get(path, (None, ""))[1] != found[1]
            self._known[path] = found
        except OSError:  # Whether it is there is for the form to say.
            self._known.pop(path, None)
        finally:
            self._busy.discard(path)


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
