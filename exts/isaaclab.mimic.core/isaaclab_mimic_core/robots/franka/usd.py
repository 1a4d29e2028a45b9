# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Convert the Franka Panda from URDF to USD.

The result has the prim tree that Isaac Lab's Franka tasks expect (`Geometry/panda_link0/.../panda_hand`).

The conversion runs in a process of its own, because the importer registers substitutes for PhysX's USD schemas, after
which PhysX could not register its own.
"""

import re
import subprocess
import sys
import time
from pathlib import Path

from ...errors import MimicError, PlatformError
from ...interpreter import child_environment, find_interpreter
from ...sim.assets import build_once
from ...sim.assets.importer import use_standalone_importer
from .description import franka_description

RECIPE = 1
"""Version of the conversion; increase it when a change below changes the result."""

_NAME = "panda"
_ERROR = "conversion refused: "
"""Prefix of a `MimicError` in the log of the conversion process."""


def franka_usd() -> Path:
    """Return the path of the robot's USD file. The first call converts it, in about 10 s.

    Raises:
        PlatformError: The importer is not installed, or the conversion failed; names the log.
        OutputError: The cache cannot be written.
    """
    folder = build_once(f"franka-panda-{RECIPE}", _build)
    return folder / _NAME / f"{_NAME}.usda"


def _build(folder: Path) -> None:
    start = time.perf_counter()
    description = franka_description()
    # A <mimic> element makes finger 2 follow finger 1. Remove it: the task's gripper action drives both fingers, and
    # PhysX's constraint would work against it.
    text = (description / "robots" / "panda_arm_hand.urdf").read_text(encoding="utf-8")
    urdf = folder / f"{_NAME}.urdf"
    urdf.write_text(re.sub(r"<mimic\b[^>]*/>", "", text), encoding="utf-8")
    log = folder.parent / "franka-build.log"
    with open(log, "wb") as output:
        python = find_interpreter()
        result = subprocess.run(
            [python, "-m", __name__, str(urdf), str(folder), str(description)],
            env=child_environment(python),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if result.returncode == MimicError.exit_code:
        # The last lines of the log are a `MimicError`: what is wrong in the first line, then what to do.
        what, *remedy = log.read_text(errors="replace").rpartition(_ERROR)[2].splitlines()
        raise PlatformError(what.strip(), remedy="\n".join(remedy).strip())
    if result.returncode:
        raise PlatformError("the robot could not be converted from its URDF", where=str(log), remedy="mimic doctor")
    (folder / "build_seconds.txt").write_text(f"{time.perf_counter() - start:.1f}\n")


def _convert(urdf: str, folder: str, description: str) -> None:
    use_standalone_importer()
    from isaaclab.sim.converters import UrdfConverter, UrdfConverterCfg

    from ...sim.repairs.articulation_root import move_articulation_root

    converter = UrdfConverter(
        UrdfConverterCfg(
            asset_path=urdf,
            usd_dir=folder,
            fix_base=True,
            # The tasks need the link panda_hand, which merging of fixed joints would remove.
            merge_fixed_joints=False,
            ros_package_paths=[{"name": "franka_description", "path": description}],
            joint_drive=UrdfConverterCfg.JointDriveCfg(
                gains=UrdfConverterCfg.JointDriveCfg.PDGainsCfg(stiffness=400.0, damping=80.0)
            ),
        )
    )
    move_articulation_root(Path(converter.usd_path))


if __name__ == "__main__":
    try:
        _convert(*sys.argv[1:])
    except MimicError as error:
        print(f"{_ERROR}{error}")
        sys.exit(error.exit_code)
