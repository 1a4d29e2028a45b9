# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A robot of two arms on a waist, as a URDF."""

from pathlib import Path

LINKS = ("left_hand", "right_hand")
ARM = "zyxyzxy"
"""Axes of an arm's joints, from the shoulder to the wrist."""
PLACES = ((0.0, 0.2, 0.1), (0, 0, 0), (0, 0, -0.1), (0, 0, -0.2), (0, 0, -0.1), (0, 0, -0.2), (0, 0, 0))


def write_arms(path: Path) -> Path:
    """Write two arms of seven joints on a waist of two, and a leg that has nothing to do with them."""
    links, joints = ["base_link", "chest", "torso", "leg"], []

    def joint(name: str, parent: str, child: str, axis: str, place=(0.0, 0.0, 0.0)) -> None:
        unit = " ".join("1" if axis == letter else "0" for letter in "xyz")
        joints.append(
            f'<joint name="{name}" type="revolute"><parent link="{parent}"/><child link="{child}"/><axis xyz="{unit}"/>'
            f'<origin xyz="{" ".join(map(str, place))}" rpy="0 0 0"/>'
            '<limit lower="-2" upper="2" effort="9" velocity="6"/></joint>'
        )

    joint("hip", "base_link", "leg", "y")
    joint("waist_yaw", "base_link", "chest", "z", (0.0, 0.0, 0.1))
    joint("waist_pitch", "chest", "torso", "y", (0.0, 0.0, 0.2))
    for side, sign in (("left", 1), ("right", -1)):
        parent = "torso"
        for number, (axis, (x, y, z)) in enumerate(zip(ARM, PLACES, strict=True)):
            child = f"{side}_{number}" if number < 6 else f"{side}_hand"
            links.append(child)
            joint(f"{side}_joint_{number}", parent, child, axis, (x, sign * y, z))
            parent = child
    path.write_text(
        '<robot name="arms">' + "".join(f'<link name="{link}"/>' for link in links) + "".join(joints) + "</robot>"
    )
    return path
