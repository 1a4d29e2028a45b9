# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What scenes are built from: NVIDIA's asset server, or assets made on this machine."""

import importlib.util
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from ..finding import Finding
from ..requirements import ROBOTS, SIMULATION, how_to_get, how_to_install, in_words, lacking
from ..robots.franka.usd import RECIPE
from ..sim.assets.cloud import cloud_assets_reachable
from .machine import Machine

_TIMEOUT = 3.0
"""Longest wait for the asset server [s]. The request's own timeout does not cover a name server that hangs."""


def start_cloud_check(
    reachable: Callable[[], bool] = cloud_assets_reachable, timeout: float = _TIMEOUT
) -> Callable[[Machine], Iterator[Finding]]:
    """Start to ask the asset server in the background.

    Args:
        reachable: Asks the server.
        timeout: How long the check waits for the answer [s].

    Returns:
        The check.
    """
    if importlib.util.find_spec("isaaclab") is None:
        return _not_asked
    # The server's address is a setting of Isaac Lab, imported here because imports in two threads can deadlock.
    import isaaclab.utils.assets  # noqa: F401

    answer: list[bool] = []
    # A daemon thread, because a name look-up cannot be cancelled and may outlive the check.
    request = threading.Thread(target=lambda: answer.append(reachable()), daemon=True)
    request.start()

    def check_cloud_assets(machine: Machine) -> Iterator[Finding]:
        request.join(timeout)
        if answer and answer[0]:
            yield Finding("cloud assets", "ok", "NVIDIA's asset server answers")
        else:
            text = "NVIDIA's asset server does not answer" + ("" if answer else f" within {timeout:.0f} s")
            remedy = "Check network and proxy; `mimic tasks` lists what runs without."
            yield Finding("cloud assets", "note", text, remedy)

    return check_cloud_assets


def _not_asked(machine: Machine) -> Iterator[Finding]:
    yield Finding("cloud assets", "note", "not asked, because isaaclab is not installed", how_to_get(SIMULATION))


def check_local_robot(machine: Machine) -> Iterator[Finding]:
    """Look for the robot built from its URDF, which is used where NVIDIA's asset server cannot be reached."""
    folder = machine.cache / f"franka-panda-{RECIPE}"
    if folder.is_dir():
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        yield Finding("local robot", "ok", f"built: {folder}, {size / 1e6:.0f} MB")
    elif missing := lacking(ROBOTS):
        text = f"not built yet, and {in_words(missing)} not installed, which converts it"
        yield Finding("local robot", "note", text, how_to_install(missing))
    elif Path(sys.prefix, "share", "isaacsim-asset").is_dir():
        yield Finding("local robot", "ok", "not built yet; the first run does it, in about 10 s")
    else:
        text = "not built yet; the first run downloads its description (32 MB)"
        yield Finding("local robot", "note", text, "Begin with a network, once.")
