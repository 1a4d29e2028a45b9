# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

# pyright: reportGeneralTypeIssues=false, reportInvalidTypeForm=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false, reportAttributeAccessIssue=false
# Kernels are compiled by Warp, whose types a Python checker does not know.

"""Levels of detail: the same surface with fewer triangles, and the error of each level.

Edges are collapsed by quadric error (Garland and Heckbert, 1997; package `fast-simplification`). A quadric error is not
a distance, so the distance between the surfaces is measured. The corners of a level have the normals of the original
surface, not of its own larger triangles, so that its shading stays the same.

Levels are kept in the product's cache folder, one file per surface: making those of a Franka takes seconds.
"""

from dataclasses import dataclass, replace

import numpy as np
import warp as wp

from .array_cache import Arrays, cached
from .surfaces import Surface, weld

_FOLDER = "levels_of_detail-2"

_FEWEST = 12
"""No level has fewer triangles than about this many."""
_INWARDS = 0.2
"""Normals are looked up at this fraction of the way from a corner to the triangle's centre: at a corner faces meet."""
_MOST = 0.99
"""Quantile of the distances of its points that is a level's error."""
_PARTS = ("points", "faces", "normals")
_SAME_SIDE = 0.3
"""Least cosine between two normals that belong to the same side of a thin wall."""


@dataclass(frozen=True)
class Level:
    """A surface that can replace another one at a distance."""

    surface: Surface
    error: float
    """Distance from the original surface, without the worst hundredth of its points, such as a lost screw [m]."""


def levels_of_detail(surface: Surface) -> list[Level]:
    """Return the surface itself and coarser ones, each with about half the triangles of the one before.

    Surfaces with texture coordinates or colours have no coarser levels: those belong to their own vertices.
    """
    finest = Level(surface, 0.0)
    if surface.uvs is not None or surface.colors is not None or len(surface.faces) <= 2 * _FEWEST:
        return [finest]
    made_of = (surface.points, surface.faces, surface.normals, np.array(surface.single_sided))
    return [finest, *cached(_FOLDER, made_of, lambda: _arrays_of(_coarser(surface)), _levels_of)]


def _coarser(surface: Surface) -> list[Level]:
    from fast_simplification import simplify

    levels: list[Level] = []
    original, last, error = _mesh(surface), surface, 0.0
    while len(last.faces) > 2 * _FEWEST:
        fewer = simplify(last.points, last.faces, target_count=len(last.faces) // 2)
        coarse = weld(np.asarray(fewer[0], np.float32)[fewer[1]])
        if not 0 < len(coarse.faces) <= 0.8 * len(last.faces):
            break
        error = max(error, _apart(original, coarse))
        levels.append(Level(_like_original(surface, original, coarse), error))
        last = coarse
    return levels


def _arrays_of(levels: list[Level]) -> Arrays:
    arrays = {
        "errors": np.array([level.error for level in levels]),
        "single_sided": np.array([level.surface.single_sided for level in levels], int),
    }
    for number, level in enumerate(levels):
        arrays |= {f"{name}_{number}": getattr(level.surface, name) for name in _PARTS}
    return arrays


def _levels_of(arrays: Arrays) -> list[Level]:
    return [
        Level(Surface(*(arrays[f"{name}_{number}"] for name in _PARTS), single_sided=int(single)), float(error))
        for number, (error, single) in enumerate(zip(arrays["errors"], arrays["single_sided"], strict=True))
    ]


def _mesh(surface: Surface) -> wp.Mesh:
    return wp.Mesh(
        wp.array(surface.points, dtype=wp.vec3f, device="cpu"),
        wp.array(surface.faces.ravel(), dtype=wp.int32, device="cpu"),
    )


def _apart(original: wp.Mesh, coarse: Surface) -> float:
    """Return the distance between two surfaces [m], without the worst hundredth of the points."""
    points = np.concatenate([coarse.points, coarse.corners.mean(axis=1)])
    there, back = _closest(original, points)[0], _closest(_mesh(coarse), original.points.numpy())[0]
    return max(float(np.quantile(distance, _MOST)) for distance in (there, back))


def _like_original(surface: Surface, original: wp.Mesh, coarse: Surface) -> Surface:
    """Return a coarse surface with the original's normals at its corners, single-sided where the original is."""
    corners = coarse.corners
    inside = corners + _INWARDS * (corners.mean(axis=1, keepdims=True) - corners)
    nearest = _closest(original, inside.reshape(-1, 3))[1].reshape(-1, 3)
    found = surface.facets[nearest]
    own = np.broadcast_to(coarse.facets[:, None], found.shape)
    # The other side of a thin wall may be nearer.
    same_side = np.einsum("tij,tij->ti", found, own) > _SAME_SIDE
    normals = np.where(same_side[..., None], found, own)
    single = (same_side & (nearest < surface.single_sided)).all(axis=1)
    return replace(coarse, normals=normals).select(np.argsort(~single, kind="stable"), int(single.sum()))


def _closest(mesh: wp.Mesh, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distance of points from a mesh [m], and the index of the nearest face."""
    where = wp.array(points, dtype=wp.vec3f, device="cpu")
    distance, face = (wp.empty(len(points), dtype=kind, device="cpu") for kind in (wp.float32, wp.int32))
    wp.launch(_closest_kernel, len(points), [mesh.id, where], [distance, face], device="cpu")
    return distance.numpy(), face.numpy()


@wp.kernel(enable_backward=False)
def _closest_kernel(
    mesh: wp.uint64,
    points: wp.array(dtype=wp.vec3f),
    distance: wp.array(dtype=wp.float32),
    face: wp.array(dtype=wp.int32),
):
    i = wp.tid()
    query = wp.mesh_query_point_no_sign(mesh, points[i], 1.0e6)
    distance[i] = wp.length(points[i] - wp.mesh_eval_position(mesh, query.face, query.u, query.v))
    face[i] = query.face
