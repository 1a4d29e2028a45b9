# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The parts of Isaac Sim 6.2 that the package index has: downloaded once, laid out in a folder as pip does.

They are NVIDIA's and come under NVIDIA's licence: nothing of them is committed, and nothing of them lies where this
project's Python finds it by itself. What is not among them, and in no other package: omni.usd, omni.timeline, the
viewport and RTX. Isaac Sim's PhysX is (isaacsim-extscache-physics, 258 MB), but does not load without omni.usd's
libraries, so it is left there.
"""

import importlib.metadata
import shutil
import subprocess
import sys
import time
from pathlib import Path

from isaaclab_mimic_core.sim.assets.cache import build_once

VERSION = importlib.metadata.version("isaacsim-asset-isolated")
"""The release that isaaclab 3.0.0 belongs to; the importer that this project installs is of it."""

PARTS = {
    "isaacsim": 1,
    "isaacsim-app": 2,
    "isaacsim-core": 16,
    "isaacsim-gui": 2,
    "isaacsim-kernel": 75,
    "isaacsim-replicator": 78,
}
"""[MB] Application files, Python extensions, and the kernel they belong to, with the size of each download.

Unpacked 466 MB; 3 s to 10 s where the index answers with 50 MB/s.
"""


def pip_installation() -> Path:
    """Return the folder in which the parts lie as in `site-packages`, downloading them first if they are not there.

    Raises:
        subprocess.CalledProcessError: They cannot be downloaded; the reason is on standard error.
    """
    # The name is the recipe: other parts or another release make another folder.
    return build_once("-".join(("isaacsim", VERSION, *(part.partition("-")[2] for part in PARTS))), _download)


def _download(folder: Path) -> None:
    # The launcher found or fetched uv.
    uv = ["uv"] if shutil.which("uv") else [sys.executable, "-m", "uv"]
    command = [*uv, "pip", "install", "--quiet", "--python", sys.executable, "--no-deps", "--only-binary=:all:"]
    wanted = [f"{part}=={VERSION}" for part in PARTS]
    begun = time.monotonic()
    print(f"downloading {sum(PARTS.values())} MB: {', '.join(wanted)}", file=sys.stderr, flush=True)
    subprocess.run([*command, "--target", folder, *wanted], check=True)
    print(f"downloaded into the cache in {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
