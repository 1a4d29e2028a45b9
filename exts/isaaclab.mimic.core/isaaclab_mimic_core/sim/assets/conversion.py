# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Convert a robot from URDF to USD.

The conversion runs in a process of its own, because the importer registers substitutes for PhysX's USD schemas, after
which PhysX could not register its own.
"""

import subprocess
import sys
from pathlib import Path

from ...errors import MimicError, PlatformError
from ...interpreter import child_environment, find_interpreter
from .importer import use_standalone_importer

_ERROR = "conversion refused: "
"""Prefix of a `MimicError` in the log of the conversion process."""


def convert_urdf(
    urdf: Path, log: Path, damping: float, package: tuple[str, Path] | None = None, fixed: bool = True
) -> None:
    """Convert a URDF to USD beside it: `x.urdf` to `x/x.usda`.

    Fixed joints are kept, so that all links are. The articulation root of a robot with a fixed base is moved to the
    default prim.

    Args:
        urdf: The file.
        log: Receives what the conversion says.
        damping: Damping of the joints' drives [N m s / rad] until a task's configuration sets its own.
        package: Name of the ROS package that the URDF takes meshes from, and its folder.
        fixed: Whether its base is fixed to the world; False: it stands on its feet.

    Raises:
        PlatformError: The importer is not installed, or the conversion failed; names the log.
    """
    python = find_interpreter()
    with open(log, "wb") as output:
        result = subprocess.run(
            [
                *(python, "-m", __name__, str(urdf), str(urdf.parent), str(damping)),
                *("fixed" if fixed else "free", *map(str, package or ())),
            ],
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


def _convert(urdf: str, folder: str, damping: str, base: str, *package: str) -> None:
    use_standalone_importer()
    from isaaclab.sim.converters import UrdfConverter, UrdfConverterCfg

    from ..repairs.articulation_root import move_articulation_root

    converter = UrdfConverter(
        UrdfConverterCfg(
            asset_path=urdf,
            usd_dir=folder,
            fix_base=base == "fixed",
            # Tasks need links that merging of fixed joints would remove, such as panda_hand.
            merge_fixed_joints=False,
            ros_package_paths=[{"name": package[0], "path": package[1]}] if package else [],
            joint_drive=UrdfConverterCfg.JointDriveCfg(
                gains=UrdfConverterCfg.JointDriveCfg.PDGainsCfg(stiffness=400.0, damping=float(damping))
            ),
        )
    )
    if base == "fixed":
        move_articulation_root(Path(converter.usd_path))


if __name__ == "__main__":
    try:
        _convert(*sys.argv[1:])
    except MimicError as error:
        print(f"{_ERROR}{error}")
        sys.exit(error.exit_code)
