# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Convert Unitree's G1 with two Dex3 hands from URDF to USD.

The description of the robot, with rubber hands, and the meshes of the Dex3 hands are those of the wheel `holosoma`,
Apache-2.0. Joints and links are named as in Unitree's description with hands, and as upstream's configuration wants.
"""

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from ...errors import PlatformError
from ...requirements import G1, how_to_reinstall, requirement_for
from ...sim.assets import build_once
from ...sim.assets.described_robot import build_described_robot, kinematics_name
from .dex3 import add_hand

RECIPE = 1
"""Version of the conversion; increase it when a change here or in `dex3` changes the result."""

FOLDER = f"unitree-g1-{RECIPE}"
"""The robot's folder in the cache."""

WHEEL = requirement_for(G1)
"""Wheel with the URDF and the meshes."""

BASE = "pelvis"
"""The robot's root link."""

_ASSETS = Path("holosoma", "data", "robots", "g1")
_URDF = "g1_29dof.urdf"
_NAME = "g1"


def g1_usd() -> Path:
    """Return the path of the robot's USD file. The first call converts it, in about 20 s.

    Raises:
        PlatformError: The wheel cannot be fetched or used, the importer is not installed, or the conversion failed.
        OutputError: The cache cannot be written.
    """
    return build_once(FOLDER, _build) / _NAME / f"{_NAME}.usda"


def g1_kinematics() -> Path:
    """Return the path of the robot's URDF without shapes: its joints, their frames and limits.

    Raises:
        MimicError: As for `g1_usd`.
    """
    return g1_usd().parents[1] / kinematics_name(_NAME)


def _build(folder: Path) -> None:
    build_described_robot(folder, _NAME, WHEEL, lambda wheel: with_hands(wheel / _ASSETS / _URDF), 2.5, fixed=False)


def with_hands(urdf: Path) -> "ET.ElementTree[ET.Element]":
    """Return the description with Dex3 hands in place of rubber ones, and without links that are only frames.

    PhysX would give those without mass 1 kg. The wrists' cylinders stand for the rubber hands, too.

    Args:
        urdf: G1 with 29 joints.

    Raises:
        PlatformError: The file is not there, is no URDF, or lacks a mesh.
    """
    try:
        tree = ET.parse(urdf)
        robot: Any = tree.getroot()
        frames = {
            link.get("name")
            for link in robot.iter("link")
            if link.find("visual/geometry/mesh") is None or "rubber" in link.get("name")
        }
        for joint in robot.findall("joint"):
            if joint.find("child").get("link") in frames:
                robot.remove(joint)
        for link in robot.findall("link"):
            if link.get("name") in frames:
                robot.remove(link)
            elif link.get("name").endswith("wrist_yaw_link"):
                for shape in link.findall("collision"):
                    link.remove(shape)
        for side in ("left", "right"):
            add_hand(robot, side)
        for mesh in robot.iter("mesh"):
            mesh.set("filename", str((urdf.parent / mesh.attrib["filename"]).resolve(strict=True)))
    except (OSError, ET.ParseError, AttributeError, KeyError, TypeError) as error:
        raise PlatformError(
            f"{WHEEL} holds no usable {_URDF}: {error}",
            where=str(urdf),
            remedy=f"Install it anew: {how_to_reinstall('holosoma')}",
        ) from error
    return tree
