# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What scenes are built from: NVIDIA's asset server, or assets made on this machine."""

import importlib.util
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..finding import Finding
from ..requirements import ROBOTS, SIMULATION, how_to_get, how_to_install, in_words, lacking
from ..robots.franka import usd as franka
from ..robots.g1 import usd as g1
from ..robots.gr1t2 import usd as gr1t2
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


@dataclass(frozen=True)
class _LocalRobot:
    """A robot that is converted on this machine."""

    title: str
    """What it is, and its licence where it comes from its maker."""
    folder: str
    """Its folder in the cache."""
    is_here: Callable[[Machine], bool]
    """Whether its description is installed."""
    download: str
    """Size of its description."""


def _has(wheel: str) -> Callable[[Machine], bool]:
    """Return a function that says whether a wheel is installed, in the version that is pinned: others are not used."""
    name, _, version = wheel.partition("==")
    return lambda machine: machine.versions.get(name) == version


_LOCAL_ROBOTS = (
    _LocalRobot(
        "Franka Panda",
        franka.FOLDER,
        lambda machine: Path(sys.prefix, "share", "isaacsim-asset").is_dir(),
        "32 MB",
    ),
    _LocalRobot("Fourier GR1T2 (Apache-2.0)", gr1t2.FOLDER, _has(gr1t2.WHEEL), "83 MB"),
    _LocalRobot("Unitree G1 (Apache-2.0)", g1.FOLDER, _has(g1.WHEEL), "50 MB"),
)


def check_local_robots(machine: Machine) -> Iterator[Finding]:
    """Look for the robots built from their URDFs, which are used where NVIDIA's asset server cannot be reached."""
    missing = lacking(ROBOTS)
    for robot in _LOCAL_ROBOTS:
        folder = machine.cache / robot.folder
        if folder.is_dir():
            size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
            yield Finding("local robot", "ok", f"{robot.title} is built: {folder}, {size / 1e6:.0f} MB")
        elif missing:
            text = f"{robot.title} is not built yet, and {in_words(missing)} not installed, which converts it"
            yield Finding("local robot", "note", text, how_to_install(missing))
        elif robot.is_here(machine):
            yield Finding("local robot", "ok", f"{robot.title} is not built yet; its first use does it, in 10 to 30 s")
        else:
            text = f"{robot.title} is not built yet; its first use downloads its description ({robot.download})"
            yield Finding("local robot", "note", text, "Begin with a network, once.")
