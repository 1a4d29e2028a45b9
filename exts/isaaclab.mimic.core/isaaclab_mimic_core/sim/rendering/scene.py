# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The scene on the device: surfaces with their levels of detail, and the shapes of every world."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import warp as wp

from . import structs
from .detail import Level, levels_of_detail
from .surfaces import Surface

_MOST_BITS = 32


@dataclass(frozen=True, eq=False)
class Shape:
    """A surface at a pose.

    Attributes:
        index: Its index in the table of colours and in the image of shapes.
        surface: Index of its surface.
        world: Its world, -1: all worlds.
        body: Index of the body that it moves with, -1: it does not move.
        pose: (7,) its pose in the body's frame, or in the world's [m], quaternion xyzw.
    """

    index: int
    surface: int
    world: int
    body: int
    pose: Sequence[float]


@dataclass(frozen=True, eq=False)
class Look:
    """A surface and its texture.

    Attributes:
        surface: Its triangles.
        texture: (height, width, 3) uint8 sRGB, or None.
    """

    surface: Surface
    texture: np.ndarray | None = None


class Scene:
    """The arrays that the kernels read.

    Args:
        looks: The surfaces; several shapes may share one.
        shapes: All shapes.
        num_worlds: Number of worlds.
        device: Name of the device for Warp or torch.
        detail: Whether to make levels of detail.
    """

    def __init__(
        self, looks: Sequence[Look], shapes: Sequence[Shape], num_worlds: int, device: str, detail: bool = True
    ):
        self.device, self.num_worlds = device, num_worlds
        levels = [levels_of_detail(look.surface) if detail else [Level(look.surface, 0.0)] for look in looks]
        slots, still = _slots(shapes, num_worlds)
        self.num_slots = slots.shape[1]
        # The finest level has the most points. Every slot has room for the points of its largest surface.
        most = np.array([len(some[0].surface.points) for some in levels] + [0])
        surface_of = np.array([shape.surface for shape in shapes] + [len(looks)])
        room = _starts(most[surface_of[slots]].max(axis=0))
        self.num_points = int(room[-1])
        """Number of points of all shapes in a world."""
        self.moving = self._array(np.flatnonzero(~still), wp.int32)
        """Slots of shapes that move."""
        self.still = self._array(np.flatnonzero(still), wp.int32)
        """Slots of shapes that do not move in any world."""
        self.geometry = self._geometry(looks, levels)
        poses = np.asarray([shape.pose for shape in shapes], np.float32).reshape(-1, 7)
        self.geometry.shape_index = self._array([shape.index for shape in shapes], wp.int32)
        self.geometry.shape_surface = self._array([shape.surface for shape in shapes], wp.int32)
        self.geometry.shape_body = self._array([shape.body for shape in shapes], wp.int32)
        self.geometry.shape_pose = self._array(poses, wp.transformf)
        self.geometry.slot_shape = self._array(slots, wp.int32)
        self.geometry.slot_point = self._array(room, wp.int32)
        self.geometry.slot_bits = max(1, (self.num_slots - 1).bit_length())
        faces = max((len(some[0].surface.faces) for some in levels), default=0)
        if self.geometry.slot_bits + faces.bit_length() > _MOST_BITS:
            raise ValueError(f"{self.num_slots} shapes in a world, one of {faces} triangles, are too many to draw")

    def _geometry(self, looks: Sequence[Look], levels: list[list[Level]]) -> Any:
        every = [level for some in levels for level in some]
        surfaces = [level.surface for level in every]
        geometry: Any = structs.Geometry()
        points = [surface.points for surface in surfaces] or [np.zeros((0, 3), np.float32)]
        faces = [surface.faces for surface in surfaces] or [np.zeros((0, 3), np.int32)]
        geometry.points = self._array(np.concatenate(points), wp.vec3f)
        geometry.faces = self._array(np.concatenate(faces), wp.vec3i)
        facets = [surface.facets for surface in surfaces] or [np.zeros((0, 3), np.float32)]
        geometry.facet = self._array(np.concatenate(facets), wp.vec3f)
        counts = np.array([len(part) for part in faces], np.int64)
        painted = np.array([bool(_corner_bits(surface)) for surface in surfaces], bool)
        attribute = np.full(counts.sum(), -1, np.int32)
        attribute[np.repeat(painted, counts)] = np.arange(counts[painted].sum())
        geometry.attribute = self._array(attribute, wp.int32)
        rows = [surface for surface, has in zip(surfaces, painted, strict=True) if has]
        for name, kind, size in (("normals", wp.vec3f, 3), ("uvs", wp.vec2f, 2), ("colors", wp.vec3f, 3)):
            setattr(geometry, name, self._array(_rows(rows, name, size), kind))
        geometry.level_face = self._array(_starts(counts), wp.int32)
        geometry.level_point = self._array(_starts([len(part) for part in points]), wp.int32)
        geometry.level_error = self._array([level.error for level in every], wp.float32)
        geometry.level_look = self._array([_corner_bits(surface) for surface in surfaces], wp.int32)
        geometry.level_single_sided = self._array([surface.single_sided for surface in surfaces], wp.int32)
        geometry.surface_level = self._array(_starts([len(some) for some in levels]), wp.int32)
        geometry.surface_bounds = self._array([_bounds(look.surface) for look in looks], wp.vec4f)
        self._paint(geometry, looks)
        return geometry

    def _paint(self, geometry: Any, looks: Sequence[Look]) -> None:
        """Concatenate the textures."""
        textures: dict[int, int] = {}
        pictures: list[np.ndarray] = []
        which = []
        for look in looks:
            if look.texture is not None and id(look.texture) not in textures:
                textures[id(look.texture)] = len(pictures)
                pictures.append(look.texture)
            which.append(-1 if look.texture is None else textures[id(look.texture)])
        sizes = np.array([picture.shape[1::-1] for picture in pictures], np.int32).reshape(-1, 2)
        texels = np.concatenate([picture.reshape(-1, 3) for picture in pictures] or [np.zeros((1, 3))])
        geometry.surface_texture = self._array(which, wp.int32)
        geometry.texture_first = self._array(_starts(sizes.prod(axis=1)), wp.int32)
        geometry.texture_size = self._array(sizes, wp.vec2i)
        geometry.texels = self._array(texels / np.float32(255.0), wp.vec3f)

    def _array(self, values: Any, kind: Any) -> Any:
        number = np.int32 if kind in (wp.int32, wp.vec2i, wp.vec3i) else np.float32
        return wp.array(np.ascontiguousarray(np.asarray(values, number)), dtype=kind, device=self.device)


def _starts(counts: Any) -> np.ndarray:
    """Return the start of each part of a concatenation, and the end of the last one."""
    return np.concatenate([[0], np.cumsum(np.asarray(counts, np.int64))])


def _corner_bits(surface: Surface) -> int:
    """Return which attributes the corners of a surface have, as bits."""
    return (
        (structs.SMOOTH if surface.normals is not None else 0)
        | (structs.TEXTURED if surface.uvs is not None else 0)
        | (structs.COLORED if surface.colors is not None else 0)
    )


def _rows(surfaces: list[Surface], name: str, size: int) -> np.ndarray:
    """Return an attribute of the corners of all surfaces; one row if none has it."""
    if all(getattr(surface, name) is None for surface in surfaces):
        return np.zeros((1, 3, size), np.float32)
    nothing = [np.zeros((len(surface.faces), 3, size), np.float32) for surface in surfaces]
    return np.concatenate(
        [has if (has := getattr(s, name)) is not None else no for s, no in zip(surfaces, nothing, strict=True)]
    )


def _bounds(surface: Surface) -> np.ndarray:
    """Return a bounding sphere of a surface: centre and radius (4,) [m]."""
    points = surface.points
    if not len(points):
        return np.zeros(4)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    return np.append(middle, np.linalg.norm(points - middle, axis=1).max())


def _slots(shapes: Sequence[Shape], num_worlds: int) -> tuple[np.ndarray, np.ndarray]:
    """Assign the shapes of each world to slots, in their order.

    Returns:
        (num_worlds, num_slots) indices of shapes, -1 where a world has fewer; and (num_slots,) whether no shape of the
        slot moves.
    """
    common = [index for index, shape in enumerate(shapes) if shape.world < 0]
    own: list[list[int]] = [list(common) for _ in range(num_worlds)]
    for index, shape in enumerate(shapes):
        if shape.world >= 0:
            own[shape.world].append(index)
    slots = np.full((num_worlds, max(1, *map(len, own))), -1, np.int32)
    for world, indices in enumerate(own):
        slots[world, : len(indices)] = indices
    fixed = np.array([shape.body < 0 for shape in shapes] + [True])
    return slots, fixed[slots].all(axis=0)
