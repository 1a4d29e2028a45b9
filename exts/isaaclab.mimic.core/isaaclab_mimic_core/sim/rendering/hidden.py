# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

# pyright: reportGeneralTypeIssues=false, reportInvalidTypeForm=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false, reportAttributeAccessIssue=false
# pyright: reportAssignmentType=false
# Kernels are compiled by Warp, whose types a Python checker does not know.

"""What a moving body hides of itself: it need not be drawn.

The meshes of robots are shells with motors, screws and inner walls. All shapes of a body move together, so what they
hide of each other stays hidden: of a Franka's 135 000 triangles one in ten is never seen, and nearly all others only
from the front, which halves what is left to draw in any picture.

A side of a triangle is visible if one of the rays that leave it, in many directions, meets nothing of its body. Rays
are few; so the same sides of its neighbours in its surface count as visible, too, and what touches those is looked at
with more rays, on into holes and tubes. A camera inside a body sees nothing of it. What does not move may be a room,
and is drawn whole.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import warp as wp
from scipy.spatial.transform import Rotation

from .array_cache import cached
from .surfaces import Surface

_FOLDER = "visible_sides-3"
_RAYS, _MORE_RAYS = 12, 128
"""From each point at first, and from each point of what touches a visible side."""
_LARGE = 0.05
"""A triangle with an edge of more than this fraction of its body's size is looked at from many points."""
_CELLS = 5
"""Along an edge of such a triangle."""
_OFF = 1e-4
"""How far from the triangle rays begin, as a fraction of the body's size."""
_SMALL = 1000
"""A body with fewer triangles is looked at in no time: it needs no file in the cache."""
_ALIKE = 1e-4
"""Poses of shapes in their bodies that differ by less are equal [m, and of quaternions]: copies of a robot differ by
rounding, the more the farther they stand from the origin."""
_DIGITS = 3
"""Decimals of positions [m] and of rotation matrices by which the cache knows a body."""
_GOLDEN = wp.constant(2.399963)
"""[rad] Golden angle: directions of a Fibonacci lattice."""


@dataclass(frozen=True, eq=False)
class Part:
    """A surface of a body.

    Attributes:
        surface: Index of the surface.
        pose: (7,) its pose in the body's frame [m], quaternion xyzw.
    """

    surface: int
    pose: np.ndarray


def without_hidden(
    surfaces: Sequence[Surface], bodies: Sequence[Sequence[Part]], whole: Sequence[int] = ()
) -> Generator[None, None, list[Surface]]:
    """Return surfaces without the triangles that cannot be seen, those that are seen from the front only first.

    A generator, which returns control after each body: one of 100 000 triangles takes seconds.

    Args:
        surfaces: The surfaces.
        bodies: The parts of each body that has any. Of equal bodies one is looked at; of a surface that several bodies
            have, what is visible in one of them is kept.
        whole: Surfaces that stay as they are.
    """
    visible = [np.zeros((len(surface.faces), 2), bool) for surface in surfaces]
    for surface in whole:
        visible[surface][:] = True
    for parts in _different(bodies):
        for part, sides in zip(parts, _visible_sides([surfaces[p.surface] for p in parts], parts), strict=True):
            visible[part.surface] |= sides
        yield
    return [_drawn(surface, sides) for surface, sides in zip(surfaces, visible, strict=True)]


def _drawn(surface: Surface, sides: np.ndarray) -> Surface:
    front, back = sides[:, 0], sides[:, 1]
    single, double = np.flatnonzero(front & ~back), np.flatnonzero(back)
    return surface.select(np.concatenate([single, double]), len(single))


def _different(bodies: Sequence[Sequence[Part]]) -> list[Sequence[Part]]:
    """Return one of all bodies whose parts are the same."""
    known: dict[tuple[int, ...], list[Sequence[Part]]] = {}
    for parts in bodies:
        others = known.setdefault(tuple(part.surface for part in parts), [])
        if not any(_alike(parts, other) for other in others):
            others.append(parts)
    return [parts for others in known.values() for parts in others]


def _alike(parts: Sequence[Part], others: Sequence[Part]) -> bool:
    """Return whether the same surfaces have equal poses."""
    one, other = (np.array([part.pose for part in each], np.float64) for each in (parts, others))
    # Both signs of a quaternion are the same rotation.
    turned = [np.abs(one[:, 3:] + sign * other[:, 3:]).max(axis=1) for sign in (-1.0, 1.0)]
    return bool((np.abs(one[:, :3] - other[:, :3]) < _ALIKE).all() and (np.minimum(*turned) < _ALIKE).all())


def _visible_sides(surfaces: Sequence[Surface], parts: Sequence[Part]) -> list[np.ndarray]:
    """Return for each part of a body whether its triangles' front and back are visible: (F, 2) bool."""
    poses = np.array([part.pose for part in parts], np.float64)
    turns = Rotation.from_quat(poses[:, 3:])
    points = [
        turn.apply(surface.points) + position
        for surface, turn, position in zip(surfaces, turns, poses[:, :3], strict=True)
    ]
    firsts = np.cumsum([0, *map(len, points)])
    body = Surface(
        np.concatenate(points).astype(np.float32),
        np.concatenate([s.faces + first for s, first in zip(surfaces, firsts[:-1], strict=True)]).astype(np.int32),
    )

    def fitting(arrays: dict[str, np.ndarray]) -> np.ndarray:
        return arrays["sides"].astype(bool).reshape(len(body.faces), 2)

    if len(body.faces) < _SMALL:
        sides = _look_around(body)
    else:
        made_of = [array for surface in surfaces for array in (surface.points, surface.faces)]
        made_of += [np.round(each, _DIGITS) + 0.0 for each in (poses[:, :3], turns.as_matrix())]
        sides = cached(_FOLDER, made_of, lambda: {"sides": _look_around(body)}, fitting)
    return np.split(sides, np.cumsum([len(surface.faces) for surface in surfaces])[:-1])


def _look_around(body: Surface) -> np.ndarray:
    """Return which sides of a body's triangles are visible: (F, 2) bool, front and back."""
    # What has no area is never drawn.
    real = np.repeat(body.facets.any(axis=1)[:, None], 2, axis=1)
    if not real.any():
        return real
    mesh = wp.Mesh(
        wp.array(body.points, dtype=wp.vec3f, device="cpu"), wp.array(body.faces.ravel(), dtype=wp.int32, device="cpu")
    )
    seen = _with_a_way_out(mesh, body, real, _RAYS)
    seen |= _touching(body, seen) & real
    tried = np.zeros_like(seen)
    while (beyond := _touching(body, seen) & real & ~seen & ~tried).any():
        tried |= beyond
        found = _with_a_way_out(mesh, body, beyond, _MORE_RAYS)
        seen |= found | (_touching(body, found) & real)
    return seen


def _touching(body: Surface, sides: np.ndarray) -> np.ndarray:
    """Return the sides (F, 2) that have a corner with one of some sides."""
    corners = np.zeros((len(body.points), 2), bool)
    for side in range(2):
        corners[body.faces[sides[:, side]].ravel(), side] = True
    return corners[body.faces].any(axis=1)


def _with_a_way_out(mesh: wp.Mesh, body: Surface, sides: np.ndarray, rays: int) -> np.ndarray:
    """Return those of some sides (F, 2) of which a ray leaves the body."""
    size = float(np.ptp(body.points, axis=0).max())
    places, owners = _places(body, np.flatnonzero(sides.any(axis=1)), size)
    done = wp.array((~sides).astype(np.int32), dtype=wp.int32, device="cpu")
    inputs = [
        mesh.id,
        wp.array(places, dtype=wp.vec3f, device="cpu"),
        wp.array(owners, dtype=wp.int32, device="cpu"),
        wp.array(body.facets, dtype=wp.vec3f, device="cpu"),
        rays,
        _OFF * size,
        4.0 * size,
    ]
    wp.launch(_look_out, (len(places), 2), inputs, [done], device="cpu")
    return done.numpy().astype(bool) & sides


def _places(body: Surface, faces: np.ndarray, size: float) -> tuple[np.ndarray, np.ndarray]:
    """Return points on some triangles (P, 3), and whose they are (P,): the middle, or many points of a large one."""
    corners = body.corners[faces]
    longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=-1).max(axis=1)
    large = longest > _LARGE * size
    i, j = np.divmod(np.arange(_CELLS * _CELLS), _CELLS)
    upright = i + j < _CELLS
    # The middles of equal cells, upright ones and, folded back from the other half of the rhombus, inverted ones.
    u, v = (np.where(upright, at + 1 / 3, _CELLS - at - 1 / 3) / _CELLS for at in (i, j))
    shares = np.stack([1 - u - v, u, v], axis=-1)
    many = np.einsum("pk,fkd->fpd", shares, corners[large]).reshape(-1, 3)
    owners = np.concatenate([faces[~large], np.repeat(faces[large], len(shares))])
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
    done: wp.array2d(dtype=wp.int32),
):
    """Send rays from a place on one side of a triangle, unless it is done, until one of them meets nothing."""
    place, side = wp.tid()
    face = owners[place]
    if done[face, side] != 0:
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
            done[face, side] = 1
            return
