# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The triangles of one shape, for the rasteriser."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ...errors import TaskError

_WELD = 1e-6
"""Corners closer than this fraction of a surface's size are one vertex."""
_EVERYWHERE = 200.0
"""Edge length with which an infinite plane is drawn [m]: much farther than cameras see."""


@dataclass(frozen=True, eq=False)
class Surface:
    """F triangles between V points, in their shape's frame, with its scale applied.

    Attributes:
        points: (V, 3) float32 [m].
        faces: (F, 3) int32 corners, counterclockwise as seen from outside.
        normals: (F, 3, 3) float32 unit normals of the corners; None: flat.
        uvs: (F, 3, 2) float32 texture coordinates of the corners, v upwards.
        colors: (F, 3, 3) float32 colours of the corners, linear, in place of the shape's.
        single_sided: How many of the first triangles are visible from the front only.
    """

    points: np.ndarray
    faces: np.ndarray
    normals: np.ndarray | None = None
    uvs: np.ndarray | None = None
    colors: np.ndarray | None = None
    single_sided: int = 0

    @property
    def corners(self) -> np.ndarray:
        """(F, 3, 3) float32 positions of the corners [m]."""
        return self.points[self.faces]

    @cached_property
    def facets(self) -> np.ndarray:
        """(F, 3) float32 unit normals of the triangles."""
        a, b, c = self.corners.transpose(1, 0, 2).astype(np.float64)
        return unit(np.cross(b - a, c - a)).astype(np.float32)

    def flat(self) -> "Surface":
        """Return the same triangles without attributes at their corners."""
        return Surface(self.points, self.faces)

    def select(self, faces: np.ndarray, single_sided: int = 0) -> "Surface":
        """Return some of the triangles, in the order of their indices, and the points that they have."""
        used, corners = np.unique(self.faces[faces], return_inverse=True)
        normals, uvs, colors = (None if part is None else part[faces] for part in (self.normals, self.uvs, self.colors))
        return Surface(self.points[used], corners.reshape(-1, 3).astype(np.int32), normals, uvs, colors, single_sided)

    def without_uvs(self) -> "Surface":
        """Return the same without texture coordinates."""
        return replace(self, uvs=None)


def weld(
    corners: np.ndarray,
    normals: np.ndarray | None = None,
    uvs: np.ndarray | None = None,
    colors: np.ndarray | None = None,
) -> Surface:
    """Return the surface of triangles (F, 3, 3), with corners at the same place merged into one point.

    Triangles without area are left out. For the other arguments see `Surface`.
    """
    points = np.asarray(corners, np.float32).reshape(-1, 3)
    cell = np.zeros(points.shape, np.int64)
    if len(points):
        low, size = points.min(axis=0), float(np.ptp(points, axis=0).max())
        cell = np.round((points - low) / max(size * _WELD, 1e-12)).astype(np.int64)
    # Pack three numbers, each at most 1 / _WELD, into one, which is much faster to sort.
    _, first, index = np.unique(cell @ np.array([1 << 42, 1 << 21, 1]), return_index=True, return_inverse=True)
    faces = index.reshape(-1, 3).astype(np.int32)
    a, b, c = faces.T
    kept = (a != b) & (b != c) & (c != a)
    normals, uvs, colors = (
        None if part is None else np.asarray(part, np.float32)[kept] for part in (normals, uvs, colors)
    )
    return Surface(points[first], np.ascontiguousarray(faces[kept]), normals, uvs, colors)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Return vectors of length one; zero ones stay as they are."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(length > 0, length, 1.0)


def from_newton(kind: int, scale: tuple[float, float, float], source: Any) -> Surface:
    """Return the surface of a shape of a Newton model.

    Args:
        kind: A `newton.GeoType`.
        scale: The model's scale of the shape: half extents of a box, radius and half height of a capsule, and so on.
        source: The `newton.Mesh` of a mesh, else None.

    Raises:
        TaskError: The rasteriser does not support this type of shape.
    """
    import newton

    kinds, mesh = newton.GeoType, newton.Mesh
    x, y, z = scale
    options = {"compute_inertia": False}
    along_z: Any = newton.Axis.Z
    if kind in (kinds.MESH, kinds.HFIELD, kinds.CONVEX_MESH) and hasattr(source, "indices"):
        return from_mesh(source, scale)
    if kind == kinds.BOX:
        # Without normals its six sides are flat.
        return from_mesh(mesh.create_box(x, y, z, **options)).flat()
    if kind == kinds.PLANE:
        return from_mesh(mesh.create_plane(x or _EVERYWHERE, y or _EVERYWHERE, **options)).flat()
    if kind == kinds.SPHERE:
        return from_mesh(mesh.create_sphere(x, num_latitudes=32, num_longitudes=64, **options))
    if kind == kinds.ELLIPSOID:
        return from_mesh(mesh.create_ellipsoid(x, y, z, num_latitudes=32, num_longitudes=64, **options))
    if kind in (kinds.CAPSULE, kinds.CYLINDER, kinds.CONE):
        create: Any = {kinds.CAPSULE: mesh.create_capsule, kinds.CYLINDER: mesh.create_cylinder}.get(
            kinds(kind), mesh.create_cone
        )
        return from_mesh(create(x, y, up_axis=along_z, segments=64, **options))
    raise TaskError(
        f"the rasteriser draws no shapes of the kind {kinds(kind).name.lower()}",
        where="the cameras' renderer",
        remedy="Draw this scene with NewtonWarpRendererCfg.",
    )


def from_mesh(
    mesh: Any, scale: tuple[float, float, float] = (1.0, 1.0, 1.0), colors: np.ndarray | None = None
) -> Surface:
    """Return the surface of a `newton.Mesh`; `colors`: (vertices, 3) linear."""
    scales = np.asarray(scale, np.float32)
    faces = np.asarray(mesh.indices, np.int64).reshape(-1, 3)
    corners = (np.asarray(mesh.vertices, np.float32) * scales)[faces]
    if np.prod(scales) < 0:
        corners, faces = corners[:, ::-1], faces[:, ::-1]
    # Divide normals by the scale, so that they stay perpendicular to the scaled surface.
    normals = None if mesh.normals is None else unit(np.asarray(mesh.normals, np.float32) / scales)[faces]
    uvs = None if mesh.uvs is None else np.asarray(mesh.uvs, np.float32)[faces]
    return weld(corners, normals, uvs, None if colors is None else colors[faces])
