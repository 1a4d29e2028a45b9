# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Unitree's three-fingered hand Dex3, put together from its meshes.

Frames, masses and limits are those of Unitree's public description of G1 with two hands (g1_29dof_with_hand_rev_1_0).
The right hand is the left one, mirrored in y.
"""

import xml.etree.ElementTree as ET
from dataclasses import dataclass

_EFFORT, _VELOCITY = 1.4, 12.0
"""Of all joints but the thumb's first one [N m], [rad/s]."""


@dataclass(frozen=True)
class _Part:
    """A link of the left hand and the joint that it hangs on. Lengths [m], masses [kg], inertias [kg m2]."""

    link: str
    on: str
    """The link it hangs on."""
    at: tuple[float, float, float]
    """The joint's frame on that link; it is not turned."""
    mass: float
    com: tuple[float, float, float]
    inertia: tuple[float, float, float, float, float, float]
    """xx, xy, xz, yy, yz, zz."""
    axis: str = ""
    """`y` or `z`; empty if the joint is fixed."""
    limits: tuple[float, float] = (0.0, 0.0)
    """[rad]"""
    effort: float = _EFFORT
    velocity: float = _VELOCITY
    box: tuple[tuple[float, float, float], tuple[float, float, float]] | None = None
    """Middle and extents of the box that it collides as; None: as its mesh."""


def _proximal(finger: str, z: float) -> _Part:
    com = (0.03547435774, 0.00082788768, 0.00038089960)
    inertia = (6.01573947e-06, -5.0770784e-07, -2.7839003e-07, 1.274699945e-05, 1.6088850e-07, 1.234543582e-05)
    at = (0.0777, 0.0016, z)
    return _Part(f"{finger}_0", "palm", at, 0.05885070, com, inertia, "z", (-1.57079632, 0.0))


def _distal(finger: str) -> _Part:
    com = (0.02628192939, 0.00171735242, -0.00010778879)
    inertia = (1.53561368e-06, -3.422130e-08, -2.549885e-08, 4.61267817e-06, 8.23881e-09, 3.86625776e-06)
    return _Part(f"{finger}_1", f"{finger}_0", (0.0458, 0, 0), 0.02030626, com, inertia, "z", (-1.74532925, 0.0))


_LEFT = (
    _Part(
        "palm",
        "",
        (0.0415, 0.003, 0.0),
        0.37283854,
        (0.06214634836, -0.00050869656, -0.00058171093),
        (2.7535181027e-04, -1.595519465e-05, -2.42161890e-06, 5.3951827219e-04, -4.2279435e-07, 3.9623390907e-04),
    ),
    _proximal("index", 0.0285),
    _distal("index"),
    _proximal("middle", -0.0285),
    _distal("middle"),
    _Part(
        "thumb_0",
        "palm",
        (0.0255, 0.0, 0.0),
        0.08623657,
        (-0.00088424580, -0.00863407079, 0.00094429336),
        (1.602919238e-05, 1.0683177e-07, 1.6728875e-07, 1.451795012e-05, -5.1094752e-07, 1.637877663e-05),
        "y",
        (-1.04719755, 1.04719755),
        2.45,
        3.14,
    ),
    _Part(
        "thumb_1",
        "thumb_0",
        (-0.0025, -0.0193, 0.0),
        0.05885070,
        (-0.00082788768, -0.03547435774, -0.00038089960),
        (1.274699945e-05, -5.0770784e-07, 1.6088850e-07, 6.01573947e-06, -2.7839003e-07, 1.234543582e-05),
        "z",
        (-0.61086523, 1.04719755),
        box=((-0.001, -0.032, 0.0), (0.02, 0.03, 0.02)),
    ),
    _Part(
        "thumb_2",
        "thumb_1",
        (0.0, -0.0458, 0.0),
        0.02030626,
        (-0.00171735242, -0.02628192939, 0.00010778879),
        (4.61267817e-06, -3.422130e-08, -8.23881e-09, 1.53561368e-06, -2.549885e-08, 3.86625776e-06),
        "z",
        (0.0, 1.74532925),
    ),
)


def add_hand(robot: ET.Element, side: str) -> None:
    """Add the links and joints of a hand to a G1.

    Args:
        robot: Root of the URDF, with a link `SIDE_wrist_yaw_link`, and meshes in a folder `meshes` beside it.
        side: `left` or `right`.
    """
    mirror = 1.0 if side == "left" else -1.0
    for part in _LEFT:
        _add(robot, part, side, mirror)


def _add(robot: ET.Element, part: _Part, side: str, mirror: float) -> None:
    name, on = f"{side}_hand_{part.link}", f"{side}_hand_{part.on}_link" if part.on else f"{side}_wrist_yaw_link"
    link = ET.SubElement(robot, "link", name=f"{name}_link")
    inertial = ET.SubElement(link, "inertial")
    ET.SubElement(inertial, "origin", xyz=_mirrored(part.com, mirror))
    ET.SubElement(inertial, "mass", value=repr(part.mass))
    # Products of inertia with y change their sign.
    signs = (1.0, mirror, 1.0, 1.0, mirror, 1.0)
    entries = zip(("ixx", "ixy", "ixz", "iyy", "iyz", "izz"), signs, part.inertia, strict=True)
    ET.SubElement(inertial, "inertia", {key: repr(sign * value) for key, sign, value in entries})
    for kind in ("visual", "collision"):
        shape = ET.SubElement(link, kind)
        place = ET.SubElement(shape, "origin", xyz="0 0 0")
        geometry = ET.SubElement(shape, "geometry")
        if kind == "collision" and part.box is not None:
            middle, size = part.box
            place.set("xyz", _mirrored(middle, mirror))
            ET.SubElement(geometry, "box", size=" ".join(map(repr, size)))
        else:
            ET.SubElement(geometry, "mesh", filename=f"meshes/{name}_link.STL")
    joint = ET.SubElement(robot, "joint", name=f"{name}_joint", type="revolute" if part.axis else "fixed")
    ET.SubElement(joint, "origin", xyz=_mirrored(part.at, mirror), rpy="0 0 0")
    ET.SubElement(joint, "parent", link=on)
    ET.SubElement(joint, "child", link=f"{name}_link")
    if part.axis:
        ET.SubElement(joint, "axis", xyz={"y": "0 1 0", "z": "0 0 1"}[part.axis])
        lower, upper = part.limits
        if part.axis == "z" and mirror < 0.0:
            lower, upper = -upper, -lower
        limit = {"lower": lower, "upper": upper, "effort": part.effort, "velocity": part.velocity}
        ET.SubElement(joint, "limit", {key: repr(value) for key, value in limit.items()})


def _mirrored(vector: tuple[float, float, float], mirror: float) -> str:
    x, y, z = vector
    return f"{x!r} {mirror * y!r} {z!r}"
