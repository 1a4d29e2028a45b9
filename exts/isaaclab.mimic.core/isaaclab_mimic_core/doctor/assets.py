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
from ..sim.assets import cache_root
from ..sim.assets.cloud import cloud_assets_reachable

_PATIENCE = 3.0
"""[s] A name server that does not answer can hold a request up for much longer than any timeout of the request."""


def start_cloud_check() -> Callable[[], Iterator[Finding]]:
    """Begin to ask the asset server; the check that is returned waits for its answer, at most 3 s."""
    if importlib.util.find_spec("isaaclab") is None:
        return _not_asked
    # The server's address is a setting of Isaac Lab, imported here because imports in two threads can deadlock.
    import isaaclab.utils.assets  # noqa: F401

    answer: list[bool] = []
    # A thread of its own, which may outlive the check: a name look-up cannot be given up.
    request = threading.Thread(target=lambda: answer.append(cloud_assets_reachable()), daemon=True)
    request.start()

    def check_cloud_assets() -> Iterator[Finding]:
        request.join(_PATIENCE)
        if answer and answer[0]:
            yield Finding("cloud assets", "ok", "NVIDIA's asset server answers")
        else:
            text = "NVIDIA's asset server does not answer" + ("" if answer else f" within {_PATIENCE:.0f} s")
            remedy = "Check network and proxy; `mimic tasks` lists what runs without."
            yield Finding("cloud assets", "note", text, remedy)

    return check_cloud_assets


def _not_asked() -> Iterator[Finding]:
    yield Finding("cloud assets", "note", "not asked, because isaaclab is not installed", how_to_get(SIMULATION))


def check_local_robot() -> Iterator[Finding]:
    """Look for the robot that is built from its URDF where the cloud's cannot be had."""
    folder = cache_root() / f"franka-panda-{RECIPE}"
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
