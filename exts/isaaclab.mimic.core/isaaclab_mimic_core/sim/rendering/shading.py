# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

# pyright: reportGeneralTypeIssues=false, reportInvalidTypeForm=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false, reportAttributeAccessIssue=false
# pyright: reportAssignmentType=false
# Kernels are compiled by Warp, whose types a Python checker does not know.

"""Warp kernels that compute the images from the depth buffer: colours, depths, normals and shapes."""

import warp as wp

from .structs import (
    ALBEDO,
    COLOR,
    COLORED,
    NORMALS,
    NOTHING,
    PLANE_DEPTH,
    RAY_DEPTH,
    SHAPES,
    SMOOTH,
    TEXTURED,
    Geometry,
    Images,
    Lights,
    Placed,
    View,
    homogeneous,
    linear_color,
)

_OPAQUE = wp.constant(wp.uint32(0xFF000000))


@wp.func
def _shares(geometry: Geometry, placed: Placed, world: int, slot: int, triangle: int, px: float, py: float) -> wp.vec3f:
    """Return a pixel's barycentric coordinates in a triangle (perspective-correct)."""
    m = placed.projection[world, slot]
    base = geometry.level_point[placed.level[world, slot]]
    face = geometry.faces[triangle]
    sa = homogeneous(m, geometry.points[base + face[0]])
    sb = homogeneous(m, geometry.points[base + face[1]])
    sc = homogeneous(m, geometry.points[base + face[2]])
    # Relative to the pixel two numbers remain of each corner, and their products lose no precision.
    ax, ay = sa[0] - px * sa[2], sa[1] - py * sa[2]
    bx, by = sb[0] - px * sb[2], sb[1] - py * sb[2]
    cx, cy = sc[0] - px * sc[2], sc[1] - py * sc[2]
    shares = wp.vec3f(bx * cy - by * cx, cx * ay - cy * ax, ax * by - ay * bx)
    total = shares[0] + shares[1] + shares[2]
    if total == 0.0:
        return wp.vec3f(1.0 / 3.0)
    return shares / total


@wp.func
def _texel(geometry: Geometry, texture: int, x: int, y: int) -> wp.vec3f:
    size = geometry.texture_size[texture]
    x = ((x % size[0]) + size[0]) % size[0]
    y = ((y % size[1]) + size[1]) % size[1]
    return geometry.texels[geometry.texture_first[texture] + y * size[0] + x]


@wp.func
def _sample(geometry: Geometry, texture: int, uv: wp.vec2f) -> wp.vec3f:
    """Sample a repeating texture with bilinear interpolation."""
    size = geometry.texture_size[texture]
    u = uv[0] * float(size[0]) - 0.5
    v = (1.0 - uv[1]) * float(size[1]) - 0.5
    x, y = int(wp.floor(u)), int(wp.floor(v))
    fu, fv = u - wp.floor(u), v - wp.floor(v)
    return (1.0 - fv) * (
        (1.0 - fu) * _texel(geometry, texture, x, y) + fu * _texel(geometry, texture, x + 1, y)
    ) + fv * ((1.0 - fu) * _texel(geometry, texture, x, y + 1) + fu * _texel(geometry, texture, x + 1, y + 1))


@wp.func
def _packed(color: wp.vec3f, encode: wp.array(dtype=wp.uint32)) -> wp.uint32:
    """Encode a linear colour as sRGB bytes, alpha 255."""
    last = encode.shape[0] - 1
    scale = float(last)
    return (
        encode[int(wp.clamp(color[0], 0.0, 1.0) * scale)]
        | (encode[int(wp.clamp(color[1], 0.0, 1.0) * scale)] << wp.uint32(8))
        | (encode[int(wp.clamp(color[2], 0.0, 1.0) * scale)] << wp.uint32(16))
        | _OPAQUE
    )


@wp.func
def _see_nothing(images: Images, i: int):
    if images.wanted & COLOR != 0:
        images.color[i] = images.background
    if images.wanted & ALBEDO != 0:
        images.albedo[i] = wp.uint32(0)
    if images.wanted & PLANE_DEPTH != 0:
        images.plane_depth[i] = images.no_depth
    if images.wanted & RAY_DEPTH != 0:
        images.ray_depth[i] = images.no_depth
    if images.wanted & NORMALS != 0:
        images.normals[i] = wp.vec3f(0.0)
    if images.wanted & SHAPES != 0:
        images.shapes[i] = NOTHING


@wp.kernel(enable_backward=False)
def shade(
    drawn: wp.array(dtype=wp.int32),
    geometry: Geometry,
    lights: Lights,
    view: View,
    placed: Placed,
    depth: wp.array2d(dtype=wp.uint64),
    encode: wp.array(dtype=wp.uint32),
    start: wp.int32,
    part: wp.int32,
    images: Images,
):
    """Compute the images of the worlds from `start` on; each thread shades `part` pixels of a row."""
    row, y, piece = wp.tid()
    world = start + row
    if drawn[world] == 0:
        return
    k = view.intrinsics[world]
    py = float(y) + 0.5
    across = (py - k[1, 2]) / k[1, 1]
    focal = 1.0 / k[0, 0]
    ray_y = 1.0 + across * across
    furthest = view.far * view.far
    shift = 32 - geometry.slot_bits
    mask = (wp.uint32(1) << wp.uint32(shift)) - wp.uint32(1)
    line = y * view.width
    out = world * view.width * view.height + line
    # Neighbouring pixels often show the same flat triangle, which has one colour.
    before = wp.uint32(0)
    known, slot = wp.int32(0), wp.int32(0)
    color, albedo = wp.uint32(0), wp.uint32(0)
    normal = wp.vec3f(0.0)
    shape = wp.uint32(0)
    for x in range(piece * part, wp.min((piece + 1) * part, view.width)):
        key = depth[row, line + x]
        i = out + x
        if key == wp.uint64(0):
            _see_nothing(images, i)
            continue
        px = float(x) + 0.5
        inverse = wp.cast(wp.uint32(key >> wp.uint64(32)), wp.float32)
        along = 1.0 / inverse
        aside = (px - k[0, 2]) * focal
        ray = ray_y + aside * aside
        if along * along * ray > furthest:
            _see_nothing(images, i)
            continue
        if images.wanted & PLANE_DEPTH != 0:
            images.plane_depth[i] = along
        if images.wanted & RAY_DEPTH != 0:
            images.ray_depth[i] = along * wp.sqrt(ray)
        if images.wanted & (COLOR | ALBEDO | NORMALS | SHAPES) == 0:
            continue
        what = wp.uint32(key & wp.uint64(0xFFFFFFFF))
        if known == 0 or what != before:
            before = what
            slot = int(what >> wp.uint32(shift))
            level = placed.level[world, slot]
            triangle = geometry.level_face[level] + int(what & mask)
            look = geometry.level_look[level]
            base = placed.albedo[world, slot]
            local = geometry.facet[triangle]
            known = wp.where(look & (SMOOTH | TEXTURED | COLORED) == 0, 1, 0)
            if known == 0:
                shares = _shares(geometry, placed, world, slot, triangle, px, py)
                at = geometry.attribute[triangle]
                if look & SMOOTH != 0:
                    local = wp.normalize(
                        shares[0] * geometry.normals[at, 0]
                        + shares[1] * geometry.normals[at, 1]
                        + shares[2] * geometry.normals[at, 2]
                    )
                if look & COLORED != 0:
                    base = (
                        shares[0] * geometry.colors[at, 0]
                        + shares[1] * geometry.colors[at, 1]
                        + shares[2] * geometry.colors[at, 2]
                    )
                if look & TEXTURED != 0:
                    uv = (
                        shares[0] * geometry.uvs[at, 0]
                        + shares[1] * geometry.uvs[at, 1]
                        + shares[2] * geometry.uvs[at, 2]
                    )
                    texture = geometry.surface_texture[geometry.shape_surface[geometry.slot_shape[world, slot]]]
                    base = wp.cw_mul(base, linear_color(_sample(geometry, texture, uv)))
            if images.wanted & COLOR != 0:
                above = 0.5 * (wp.dot(local, placed.up[world, slot]) + 1.0)
                shine = wp.max(wp.dot(local, placed.light[world, slot]), 0.0)
                light = lights.sky[world] * above + lights.ground[world] * (1.0 - above) + lights.color[world] * shine
                color = _packed(wp.cw_mul(base, light), encode)
            if images.wanted & ALBEDO != 0:
                albedo = _packed(base, encode)
            if images.wanted & NORMALS != 0:
                normal = wp.quat_rotate(placed.turn[world, slot], local)
            if images.wanted & SHAPES != 0:
                shape = wp.uint32(geometry.shape_index[geometry.slot_shape[world, slot]])
        if images.wanted & COLOR != 0:
            images.color[i] = color
        if images.wanted & ALBEDO != 0:
            images.albedo[i] = albedo
        if images.wanted & NORMALS != 0:
            images.normals[i] = normal
        if images.wanted & SHAPES != 0:
            images.shapes[i] = shape
