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

import contextlib
import hashlib
import io
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import warp as wp

from ...errors import OutputError
from ...files import write_atomically
from ..assets.cache import cache_root
from .surfaces import Surface, weld

_FOLDER = "levels_of_detail-1"
"""Name in the cache folder; the number changes when levels are made in another way."""

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
    path = cache_root() / _FOLDER / f"{_digest(surface)}.npz"
    coarser = _read(path)
    if coarser is None:
        coarser = _coarser(surface)
        # A cache that cannot be written costs the same seconds next time.
        with contextlib.suppress(OSError, OutputError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, lambda beside: beside.write_bytes(_bytes_of(coarser)))
    return [finest, *coarser]


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
        levels.append(Level(_with_normals_of(surface, original, coarse), error))
        last = coarse
    return levels


def _digest(surface: Surface) -> str:
    """Return what tells a surface from every other one."""
    digest = hashlib.sha256()
    for part in (surface.points, surface.faces, surface.normals):
        array = np.ascontiguousarray(part if part is not None else ())
        digest.update(f"{array.shape} {array.dtype} ".encode() + array.tobytes())
    return digest.hexdigest()


def _bytes_of(levels: list[Level]) -> bytes:
    stream = io.BytesIO()
    arrays = {"errors": np.array([level.error for level in levels])}
    for number, level in enumerate(levels):
        for name in _PARTS:
            arrays[f"{name}_{number}"] = getattr(level.surface, name)
    np.savez(stream, **arrays)
    return stream.getvalue()


def _read(path: Path) -> list[Level] | None:
    """Return the levels in a file; None if it is not there, or damaged."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return [
                Level(Surface(*(arrays[f"{name}_{number}"] for name in _PARTS)), float(error))
                for number, error in enumerate(arrays["errors"])
            ]
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error):
        return None


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


def _with_normals_of(surface: Surface, original: wp.Mesh, coarse: Surface) -> Surface:
    """Return a coarse surface with the original's normals at its corners."""
    corners = coarse.corners
    inside = corners + _INWARDS * (corners.mean(axis=1, keepdims=True) - corners)
    found = surface.facets[_closest(original, inside.reshape(-1, 3))[1]].reshape(-1, 3, 3)
    own = np.broadcast_to(coarse.facets[:, None], found.shape)
    # The other side of a thin wall may be nearer.
    same_side = np.einsum("tij,tij->ti", found, own) > _SAME_SIDE
    return replace(coarse, normals=np.where(same_side[..., None], found, own))


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
