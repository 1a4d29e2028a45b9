# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

# pyright: reportGeneralTypeIssues=false, reportInvalidTypeForm=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false, reportAttributeAccessIssue=false
# pyright: reportAssignmentType=false
# Kernels are compiled by Warp, whose types a Python checker does not know.

"""The structs that the rasteriser's kernels read and write, and functions that several of them use."""

import warp as wp

mat34f = wp.types.matrix(shape=(3, 4), dtype=wp.float32)

SMOOTH, TEXTURED, COLORED = 1, 2, 4
"""Bits of a level of detail: corners have normals, texture coordinates, colours."""

COLOR, ALBEDO, PLANE_DEPTH, RAY_DEPTH, NORMALS, SHAPES = 1, 2, 4, 8, 16, 32
"""Images to render, as bits."""

CHECKER, GRAIN, WOOD = 1, 2, 3
"""Procedural textures; 0: none."""

NOTHING = wp.constant(wp.uint32(0xFFFFFFFF))
"""Value of a pixel without a shape in the image of shapes."""


@wp.struct
class Geometry:
    """Triangles of all levels of all surfaces, concatenated, and the shapes."""

    points: wp.array(dtype=wp.vec3f)
    faces: wp.array(dtype=wp.vec3i)
    """Per triangle: indices of its corners among the points of its level."""
    facet: wp.array(dtype=wp.vec3f)
    attribute: wp.array(dtype=wp.int32)
    """Per triangle: the row of its corners' normals, texture coordinates and colours."""
    normals: wp.array2d(dtype=wp.vec3f)
    uvs: wp.array2d(dtype=wp.vec2f)
    colors: wp.array2d(dtype=wp.vec3f)
    level_face: wp.array(dtype=wp.int32)
    """Per level: its first triangle, and at the end the number of triangles."""
    level_point: wp.array(dtype=wp.int32)
    """Per level: its first point, and at the end the number of points."""
    level_error: wp.array(dtype=wp.float32)
    level_look: wp.array(dtype=wp.int32)
    level_single_sided: wp.array(dtype=wp.int32)
    """Per level: how many of its first triangles are visible from the front only."""
    surface_level: wp.array(dtype=wp.int32)
    """Per surface: its first level, and at the end the number of levels."""
    surface_bounds: wp.array(dtype=wp.vec4f)
    """Per surface: centre and radius of its bounding sphere [m]."""
    surface_texture: wp.array(dtype=wp.int32)
    texture_first: wp.array(dtype=wp.int32)
    texture_size: wp.array(dtype=wp.vec2i)
    texels: wp.array(dtype=wp.vec3f)
    """Texels of all textures, sRGB from 0 to 1."""
    shape_index: wp.array(dtype=wp.int32)
    """Per shape: its index in the image of shapes and in the table of colours."""
    shape_surface: wp.array(dtype=wp.int32)
    shape_body: wp.array(dtype=wp.int32)
    shape_pose: wp.array(dtype=wp.transformf)
    slot_shape: wp.array2d(dtype=wp.int32)
    """Per world and slot: a shape, -1: none."""
    slot_point: wp.array(dtype=wp.int32)
    """Per slot: the first of its projected points, and at the end their number."""
    slot_bits: wp.int32


@wp.struct
class Lights:
    """The light of each world; colours are linear."""

    direction: wp.array(dtype=wp.vec3f)
    """Direction to the light, in the world's frame."""
    color: wp.array(dtype=wp.vec3f)
    sky: wp.array(dtype=wp.vec3f)
    """Ambient light from above."""
    ground: wp.array(dtype=wp.vec3f)
    """Ambient light from below."""


@wp.struct
class Materials:
    """Changes of the shapes' materials, by world and slot; no rows: no changes."""

    replaced: wp.array2d(dtype=wp.int32)
    """1: `color` replaces the shape's own colour, 0: it is a factor of it."""
    color: wp.array2d(dtype=wp.vec3f)
    """Linear."""
    gloss: wp.array2d(dtype=wp.float32)
    """Blinn's exponent of the highlight; 0: matte, as Lambert's law says."""
    gloss_edge: wp.array2d(dtype=wp.float32)
    """The highlight is where the cosine between normal and half vector is above this."""
    texture: wp.array2d(dtype=wp.int32)
    texture_color: wp.array2d(dtype=wp.vec3f)
    """The texture's other colour, linear."""
    contrast: wp.array2d(dtype=wp.float32)
    """Largest share of `texture_color`."""
    frequency: wp.array2d(dtype=wp.float32)
    """Features of the texture per metre."""
    turn: wp.array2d(dtype=wp.vec2f)
    """Cosine and sine of the texture's angle about the shape's z axis."""
    origin: wp.array2d(dtype=wp.vec3f)
    """Position of the shape's origin in the texture [features]."""
    noise: wp.array4d(dtype=wp.float32)
    """Noise of one and of two octaves in a cube that repeats itself (`shading.fill_noise`)."""


@wp.struct
class View:
    """One camera of every world."""

    position: wp.array(dtype=wp.vec3f)
    orientation: wp.array(dtype=wp.quatf)
    """Orientation in Isaac Lab's world convention: x forward, z up."""
    intrinsics: wp.array(dtype=wp.mat33f)
    width: wp.int32
    height: wp.int32
    near: wp.float32
    far: wp.float32
    tolerance: wp.float32
    """Largest error of a level of detail [pixels]."""


@wp.struct
class Placed:
    """Shapes relative to a camera, by world and slot."""

    level: wp.array2d(dtype=wp.int32)
    """The level to draw, -1: not visible."""
    projection: wp.array2d(dtype=mat34f)
    """Maps a point of the shape to pixels times depth, and depth [m]."""
    turn: wp.array2d(dtype=wp.quatf)
    """Rotation from the shape's frame to the world's."""
    light: wp.array2d(dtype=wp.vec3f)
    """Direction to the light, in the shape's frame."""
    up: wp.array2d(dtype=wp.vec3f)
    eye: wp.array2d(dtype=wp.vec3f)
    """The camera, in the shape's frame [m]."""
    axes: wp.array2d(dtype=wp.mat33f)
    """From the camera's optical axes to the shape's frame."""
    albedo: wp.array2d(dtype=wp.vec3f)


@wp.struct
class Images:
    """The images, row by row, for all worlds one after another; only those in `wanted` exist."""

    wanted: wp.int32
    color: wp.array(dtype=wp.uint32)
    albedo: wp.array(dtype=wp.uint32)
    plane_depth: wp.array(dtype=wp.float32)
    ray_depth: wp.array(dtype=wp.float32)
    normals: wp.array(dtype=wp.vec3f)
    shapes: wp.array(dtype=wp.uint32)
    background: wp.array(dtype=wp.int32)
    """Background colour of each world, packed RGB."""
    gain: wp.array(dtype=wp.float32)
    """Factor of the light of each world."""
    noise: wp.array(dtype=wp.float32)
    """Standard deviation of the image noise of each world [of 255]."""
    noise_key: wp.array(dtype=wp.int32)
    no_depth: wp.float32


@wp.func
def _linear(value: float) -> float:
    """Decode sRGB."""
    if value <= 0.04045:
        return value / 12.92
    return wp.pow((value + 0.055) / 1.055, 2.4)


@wp.func
def linear_color(color: wp.vec3f) -> wp.vec3f:
    return wp.vec3f(_linear(color[0]), _linear(color[1]), _linear(color[2]))


@wp.func
def homogeneous(m: mat34f, p: wp.vec3f) -> wp.vec3f:
    """Return a point's pixel coordinates times its depth, and its depth."""
    return wp.vec3f(
        m[0, 0] * p[0] + m[0, 1] * p[1] + m[0, 2] * p[2] + m[0, 3],
        m[1, 0] * p[0] + m[1, 1] * p[1] + m[1, 2] * p[2] + m[1, 3],
        m[2, 0] * p[0] + m[2, 1] * p[1] + m[2, 2] * p[2] + m[2, 3],
    )
