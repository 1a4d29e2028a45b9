# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A headset in software: builds the OpenXR runtime beside this file, and moves its controllers and hands."""

import ctypes
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
LEFT, RIGHT = 0, 1
JOINTS = 26
WRIST, THUMB_TIP, INDEX_TIP = 1, 5, 10
"""Joints of a hand, as XR_EXT_hand_tracking counts them."""


def what_is_missing() -> str:
    """Return why the runtime cannot be built here; empty if it can."""
    compiler = shutil.which("gcc")
    if compiler is None:
        return "the software OpenXR runtime needs gcc"
    probe = [compiler, "-fsyntax-only", "-include", "openxr/openxr.h", "-x", "c", os.devnull]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        return "the software OpenXR runtime needs OpenXR's headers (Debian: libopenxr-dev)"
    return ""


def build(folder: Path) -> Path:
    """Build the runtime in a folder; return its manifest, for XR_RUNTIME_JSON."""
    library, manifest = folder / "libheadset.so", folder / "headset.json"
    if not manifest.exists():
        flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-D_GNU_SOURCE"]
        flags += ["-fvisibility=hidden", "-shared", "-fPIC"]
        sources = [HERE / "headset.c", HERE / "runtime.c"]
        subprocess.run(["gcc", *flags, *sources, "-o", library, "-lpthread"], check=True)
        runtime = {"name": "Software headset", "library_path": str(library)}
        manifest.write_text(json.dumps({"file_format_version": "1.0.0", "runtime": runtime}))
    return manifest


class Headset:
    """The headset of the runtime in this process. Poses: x, y, z [m], quaternion x, y, z, w, in OpenXR's stage space.

    Args:
        manifest: As `build` returns it.
    """

    def __init__(self, manifest: Path):
        self._library = ctypes.CDLL(str(json.loads(manifest.read_text())["runtime"]["library_path"]))
        self._library.headset_reset()

    def controller(self, side: int, pose: Sequence[float], trigger: float = 0.0, valid: bool = True) -> None:
        """Move a motion controller."""
        self._library.headset_controller(side, 1, int(valid), _floats(pose), ctypes.c_float(trigger))

    def hide_controller(self, side: int) -> None:
        """Switch a motion controller off."""
        self._library.headset_controller(side, 0, 0, _floats([0, 0, 0, 0, 0, 0, 1]), ctypes.c_float(0.0))

    def hand(self, side: int, wrist: Sequence[float], pinch: float) -> None:
        """Show a hand: where its wrist is, and how far the tips of thumb and index finger are apart [m]."""
        joints = [list(wrist) for _ in range(JOINTS)]
        joints[INDEX_TIP][0] += pinch
        self._library.headset_hand(side, 1, _floats([number for joint in joints for number in joint]))

    def hide_hand(self, side: int) -> None:
        """Take a hand out of view."""
        self._library.headset_hand(side, 0, _floats([0, 0, 0, 0, 0, 0, 1] * JOINTS))

    def say(self, command: str) -> None:
        """Send a command as Isaac Lab's clients do: start, stop or reset."""
        text = json.dumps({"type": "teleop_command", "message": {"command": f"{command} teleop"}}).encode()
        self._library.headset_send(text, len(text))

    def shown(self) -> list[dict]:
        """Return the messages that arrived since the last call."""
        messages, buffer = [], ctypes.create_string_buffer(1024)
        while size := self._library.headset_receive(buffer, len(buffer)):
            messages.append(json.loads(buffer.raw[:size]))
        return messages

    def connect(self, present: bool) -> None:
        """Connect a headset to the runtime, or take it away, before a session begins."""
        self._library.headset_present(int(present))

    def switch_off(self, off: bool) -> None:
        """End the running session; while off, none begins."""
        self._library.headset_gone(int(off))


def _floats(values: Sequence[float]) -> ctypes.Array:
    return (ctypes.c_float * len(values))(*values)
