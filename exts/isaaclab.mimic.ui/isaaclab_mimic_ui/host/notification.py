# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Notifications of the desktop, outside Kit.

Source: the Desktop Notifications Specification 1.2 (org.freedesktop.Notifications).
"""

from __future__ import annotations

import contextlib
import html
import json
import shutil
import subprocess
import threading

_PATIENCE = 30.0
"""[s] Longer than D-Bus waits for an answer."""
_SHOWN_MS = 10_000


def notify(title: str, text: str, failed: bool) -> None:
    """Show a notification; without a program that can, nothing happens.

    Args:
        title, text: What it says.
        failed: Whether it is about an error.
    """
    icon = "dialog-error" if failed else "dialog-information"
    # What shows it may take markup.
    command = _command(title, html.escape(text, quote=False), icon)
    if command:
        threading.Thread(target=_run, args=(command,), name="mimic notification", daemon=True).start()


def _command(title: str, text: str, icon: str) -> list[str]:
    """Return the program that is here, with its arguments; empty without one."""
    application = "Isaac Lab Mimic"
    if program := shutil.which("notify-send"):
        return [program, f"--app-name={application}", f"--icon={icon}", "--", title, text]
    if program := shutil.which("gdbus"):
        name = "org.freedesktop.Notifications"
        told = [json.dumps(each, ensure_ascii=False) for each in (application, icon, title, text)]
        arguments = [told[0], "0", *told[1:], "[]", "{}", str(_SHOWN_MS)]
        place = ["--session", "--dest", name, "--object-path", f"/{name.replace('.', '/')}"]
        return [program, "call", *place, "--method", f"{name}.Notify", *arguments]
    return []


def _run(command: list[str]) -> None:
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(command, timeout=_PATIENCE, capture_output=True, stdin=subprocess.DEVNULL)
