# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

# pyright: reportGeneralTypeIssues=false, reportInvalidTypeForm=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false, reportAttributeAccessIssue=false
# pyright: reportAssignmentType=false
# Kernels are compiled by Warp, whose types a Python checker does not know.

"""What of a body nobody can see from outside it: it need not be drawn.

The meshes of robots are shells with motors, screws and inner walls. All shapes of a body move together, so what they
hide of each other stays hidden: of a Franka's 135 000 triangles one in eight is never seen, and nearly all others only
from the front, which halves what is left to draw in any picture.

A side of a triangle counts as visible if one of the rays that leave it, in many directions, meets nothing of its body.
Its neighbours' same sides count as visible, too, for rays are few. A camera inside a body sees nothing of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import warp as wp
from scipy.spatial.transform import Rotation

from .kept import kept
from .surfaces import Surface

_FOLDER = "visible_sides-1"
_RAYS = 12
"""From each point; a side that is seen from less than this part of all directions may be missed."""
_LARGE = 0.05
"""A triangle with an edge of more than this fraction of its body's size is looked at from many points."""
_CELLS = 5
"""Along an edge of such a triangle."""
_OFF = 1e-4
"""How far from the triangle rays begin, as a fraction of the body's size."""
_ROUND = 4
"""Digits of poses [m] by which arrangements of shapes are compared."""
_GOLDEN = wp.constant(2.399963)
"""[rad] Golden angle: directions of a Fibonacci lattice."""


@dataclass(frozen=True, eq=False)
class Part:
    """A surface at a pose, in a frame that its body's parts share.

    Attributes:
        surface: Index of the surface.
        pose: (7,) [m], quaternion xyzw.
    """

    surface: int
    pose: np.ndarray


def without_hidden(surfaces: Sequence[Surface], bodies: Sequence[Sequence[Part]]) -> list[Surface]:
    """Return surfaces without the triangles that cannot be seen, those that are seen from the front only first.

    Args:
        surfaces: The surfaces.
        bodies: The parts of each body that has any. Of equal bodies one is looked at; of a surface that several bodies
            have, what is visible in one of them is kept.
    """
    visible = [np.zeros((len(surface.faces), 2), bool) for surface in surfaces]
    for parts in _different(bodies):
        for part, sides in zip(parts, _visible_sides([surfaces[p.surface] for p in parts], parts), strict=True):
            visible[part.surface] |= sides
    return [_drawn(surface, sides) for surface, sides in zip(surfaces, visible, strict=True)]


def _drawn(surface: Surface, sides: np.ndarray) -> Surface:
    front, back = sides[:, 0], sides[:, 1]
    single, double = np.flatnonzero(front & ~back), np.flatnonzero(back)
    return surface.select(np.concatenate([single, double]), len(single))


def _different(bodies: Sequence[Sequence[Part]]) -> Iterator[Sequence[Part]]:
    """Yield one of all bodies whose surfaces are arranged alike."""
    known = set()
    for parts in bodies:
        poses = _relative(np.array([part.pose for part in parts], np.float64).reshape(-1, 7))
        signature = (tuple(part.surface for part in parts), (np.round(poses, _ROUND) + 0.0).tobytes())
        if signature not in known:
            known.add(signature)
            yield parts


def _relative(poses: np.ndarray) -> np.ndarray:
    """Return poses (N, 7) relative to the first one, with the rotations as matrices: (N, 12)."""
    rotations = Rotation.from_quat(poses[:, 3:]).as_matrix()
    back = rotations[0].T
    return np.concatenate([(poses[:, :3] - poses[0, :3]) @ back.T, (back @ rotations).reshape(-1, 9)], axis=1)


def _visible_sides(surfaces: Sequence[Surface], parts: Sequence[Part]) -> list[np.ndarray]:
    """Return for each part of a body whether its triangles' front and back are visible: (F, 2) bool."""
    points = [
        Rotation.from_quat(part.pose[3:]).apply(surface.points) + part.pose[:3]
        for surface, part in zip(surfaces, parts, strict=True)
    ]
    firsts = np.cumsum([0, *map(len, points)])
    body = Surface(
        np.concatenate(points).astype(np.float32),
        np.concatenate([s.faces + first for s, first in zip(surfaces, firsts[:-1], strict=True)]).astype(np.int32),
    )
    sides = kept(_FOLDER, (body.points, body.faces), lambda: {"sides": _look_around(body)})["sides"]
    return np.split(sides, np.cumsum([len(surface.faces) for surface in surfaces])[:-1])


def _look_around(body: Surface) -> np.ndarray:
    """Return which sides of a body's triangles are visible: (F, 2) bool, front and back."""
    if not len(body.faces):
        return np.zeros((0, 2), bool)
    size = float(np.ptp(body.points, axis=0).max())
    places, owners = _places(body, size)
    mesh = wp.Mesh(
        wp.array(body.points, dtype=wp.vec3f, device="cpu"), wp.array(body.faces.ravel(), dtype=wp.int32, device="cpu")
    )
    seen = wp.zeros((len(body.faces), 2), dtype=wp.int32, device="cpu")
    inputs = [
        mesh.id,
        wp.array(places, dtype=wp.vec3f, device="cpu"),
        wp.array(owners, dtype=wp.int32, device="cpu"),
        wp.array(body.facets, dtype=wp.vec3f, device="cpu"),
        _RAYS,
        _OFF * size,
        4.0 * size,
    ]
    wp.launch(_look_out, (len(places), 2), inputs, [seen], device="cpu")
    sides = seen.numpy().astype(bool)
    # Corners of a visible side; then triangles that have such a corner.
    corners = np.zeros((len(body.points), 2), bool)
    for column in range(3):
        np.logical_or.at(corners, body.faces[:, column], sides)
    return sides | corners[body.faces].any(axis=1)


def _places(body: Surface, size: float) -> tuple[np.ndarray, np.ndarray]:
    """Return points on triangles (P, 3), and whose they are (P,): the middle, or many points of a large one."""
    corners = body.corners
    longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=-1).max(axis=1)
    large = longest > _LARGE * size
    i, j = np.divmod(np.arange(_CELLS * _CELLS), _CELLS)
    upright = i + j < _CELLS
    # The middles of equal cells, upright ones and, folded back from the other half of the rhombus, inverted ones.
    u, v = (np.where(upright, at + 1 / 3, _CELLS - at - 1 / 3) / _CELLS for at in (i, j))
    shares = np.stack([1 - u - v, u, v], axis=-1)
    many = np.einsum("pk,fkd->fpd", shares, corners[large]).reshape(-1, 3)
    owners = np.concatenate([np.flatnonzero(~large), np.repeat(np.flatnonzero(large), len(shares))])
    return np.concatenate([corners[~large].mean(axis=1), many]).astype(np.float32), owners.astype(np.int32)


@wp.kernel(enable_backward=False)
def _look_out(
    mesh: wp.uint64,
    places: wp.array(dtype=wp.vec3f),
    owners: wp.array(dtype=wp.int32),
    facets: wp.array(dtype=wp.vec3f),
    rays: wp.int32,
    off: wp.float32,
    far: wp.float32,
    seen: wp.array2d(dtype=wp.int32),
):
    """Send rays from a place on one side of a triangle until one of them meets nothing."""
    place, side = wp.tid()
    face = owners[place]
    if seen[face, side] != 0:
        return
    normal = facets[face] * (1.0 - 2.0 * float(side))
    other = wp.vec3f(1.0, 0.0, 0.0)
    if wp.abs(normal[0]) > 0.7:
        other = wp.vec3f(0.0, 1.0, 0.0)
    u = wp.normalize(wp.cross(normal, other))
    v = wp.cross(normal, u)
    start = places[place] + normal * off
    # Each place has directions of its own: those of neighbours complete each other.
    begin = _GOLDEN * float(place)
    begin = begin - wp.floor(begin)
    for k in range(rays):
        up = 1.0 - (float(k) + begin) / float(rays)
        aside = wp.sqrt(wp.max(1.0 - up * up, 0.0))
        angle = _GOLDEN * float(k) + float(place)
        way = normal * up + (u * wp.cos(angle) + v * wp.sin(angle)) * aside
        if not wp.mesh_query_ray_anyhit(mesh, start, way, far):
            seen[face, side] = 1
            return
