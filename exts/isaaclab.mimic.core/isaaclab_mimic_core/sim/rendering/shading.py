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
    CHECKER,
    COLOR,
    COLORED,
    GRAIN,
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
    Materials,
    Placed,
    View,
    homogeneous,
    linear_color,
)

_OPAQUE = wp.constant(wp.uint32(0xFF000000))
SAMPLES = wp.constant(4)
"""Of the noise in a feature; a cube holds a power of two."""
_FIELD = wp.constant(7)
"""Which of Perlin's fields textures are made of."""
_REFLECTED = wp.constant(0.04)
"""Part of the light that a material that is no metal reflects at its surface."""
_FOUR_BYTES = wp.constant(147.8017)
"""Standard deviation of the sum of four random bytes."""


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
def _square_wave(x: float, width: float) -> float:
    """Return 1 or -1, from one whole number to the next in turns, averaged over a width."""
    inside = x - wp.floor(x)
    to_edge = wp.min(inside, 1.0 - inside)
    sign = wp.where(wp.floor(0.5 * x) * 2.0 == wp.floor(x), 1.0, -1.0)
    return sign * wp.min(to_edge / wp.max(0.5 * width, 1.0e-6), 1.0) * wp.clamp(2.0 - width, 0.0, 1.0)


@wp.kernel(enable_backward=False)
def fill_noise(noise: wp.array4d(dtype=wp.float32)):
    """Fill a cube with Perlin's noise, from about -1 to 1, of as many octaves as its index says and one more."""
    octaves, x, y, z = wp.tid()
    state = wp.rand_init(_FIELD)
    features = noise.shape[1] // SAMPLES
    at = wp.vec3f(float(x), float(y), float(z)) / float(SAMPLES)
    sum, part = wp.float32(0.0), wp.float32(1.0)
    for _ in range(octaves + 1):
        sum += part * wp.pnoise(state, at, features, features, features)
        at, part, features = at * 2.0, part * 0.5, features * 2
    noise[octaves, x, y, z] = sum


@wp.func
def _fractal(noise: wp.array4d(dtype=wp.float32), at: wp.vec3f, width: float) -> float:
    """Return noise at a point [features], without octaves that are finer than a width."""
    octaves = wp.where(width < 0.35, 1, 0)
    last = noise.shape[1] - 1
    p = at * float(SAMPLES)
    fx, fy, fz = wp.floor(p[0]), wp.floor(p[1]), wp.floor(p[2])
    x, y, z = int(fx) & last, int(fy) & last, int(fz) & last
    x1, y1, z1 = (x + 1) & last, (y + 1) & last, (z + 1) & last
    tx, ty, tz = p[0] - fx, p[1] - fy, p[2] - fz
    low = wp.lerp(
        wp.lerp(noise[octaves, x, y, z], noise[octaves, x, y, z1], tz),
        wp.lerp(noise[octaves, x, y1, z], noise[octaves, x, y1, z1], tz),
        ty,
    )
    high = wp.lerp(
        wp.lerp(noise[octaves, x1, y, z], noise[octaves, x1, y, z1], tz),
        wp.lerp(noise[octaves, x1, y1, z], noise[octaves, x1, y1, z1], tz),
        ty,
    )
    return wp.lerp(low, high, tx) * wp.clamp(2.0 - 2.0 * width, 0.0, 1.0)


@wp.func
def _texture(noise: wp.array4d(dtype=wp.float32), kind: int, at: wp.vec3f, normal: wp.vec3f, width: float) -> float:
    """Return how much of its other colour a procedural texture has at a point, from 0 to 1.

    They are solid (Peachey 1985, Perlin 1985): functions of a point in space, which need no texture coordinates. What
    is finer than a pixel is averaged.

    Args:
        noise: `Materials.noise`.
        kind: `CHECKER`, `GRAIN` or `WOOD`.
        at: The point [features].
        normal: There.
        width: How far apart points of neighbouring pixels are [features].
    """
    if kind == CHECKER:
        # Along the normal nothing changes from pixel to pixel.
        x = _square_wave(at[0], width * wp.sqrt(wp.max(1.0 - normal[0] * normal[0], 0.0)))
        y = _square_wave(at[1], width * wp.sqrt(wp.max(1.0 - normal[1] * normal[1], 0.0)))
        z = _square_wave(at[2], width * wp.sqrt(wp.max(1.0 - normal[2] * normal[2], 0.0)))
        return 0.5 - 0.5 * x * y * z
    if kind == GRAIN:
        return wp.clamp(0.5 + 0.8 * _fractal(noise, at, width), 0.0, 1.0)
    # A trunk along x: year rings that are not quite round, and fibres.
    bent = _fractal(noise, wp.vec3f(0.15 * at[0], 0.5 * at[1], 0.5 * at[2]), 0.5 * width)
    ring = wp.sqrt(at[1] * at[1] + at[2] * at[2]) + 0.6 * bent
    # From one ring to the next it darkens, and becomes light again.
    rise = 1.0 - wp.abs(2.0 * (ring - wp.floor(ring)) - 1.0)
    wave = 0.5 + (rise * rise * (3.0 - 2.0 * rise) - 0.5) * wp.clamp(2.0 - 2.0 * width, 0.0, 1.0)
    fibre = _fractal(noise, wp.vec3f(0.4 * at[0], 6.0 * at[1], 6.0 * at[2]), 6.0 * width)
    return wp.clamp(0.85 * wave * wave + 0.25 * fibre + 0.08, 0.0, 1.0)


@wp.func
def _highlight(normal: wp.vec3f, light: wp.vec3f, eye: wp.vec3f, gloss: float, edge: float) -> float:
    """Return what a surface reflects of a light, beyond what Lambert's law says (Blinn 1977, normalised).

    What a matte surface reflects, which is the same from everywhere, is part of its colour.
    """
    facing = wp.dot(normal, light)
    both = light + eye
    half = wp.dot(normal, both)
    if facing <= 0.0 or half <= 0.0 or half * half <= edge * edge * wp.length_sq(both):
        return 0.0
    half = half / wp.length(both)
    return _REFLECTED * wp.max((gloss + 8.0) / 8.0 * wp.pow(half, gloss) - 1.0, 0.0) * facing


@wp.func
def _noisy_byte(byte: wp.uint32, bits: wp.uint32, noise: float) -> wp.uint32:
    """Add noise to a byte: the sum of four bytes is nearly normal, and the same on every device."""
    sum = (bits & wp.uint32(255)) + ((bits >> wp.uint32(8)) & wp.uint32(255))
    sum += ((bits >> wp.uint32(16)) & wp.uint32(255)) + (bits >> wp.uint32(24))
    return wp.uint32(wp.clamp(wp.round(float(byte) + (float(sum) - 510.0) * (noise / _FOUR_BYTES)), 0.0, 255.0))


@wp.func
def _noisy(color: wp.uint32, key: int, pixel: int, noise: float) -> wp.uint32:
    """Add noise to a colour's bytes; `noise`: standard deviation [of 255]."""
    if noise <= 0.0:
        return color
    mask, eight, sixteen = wp.uint32(255), wp.uint32(8), wp.uint32(16)
    state = wp.rand_init(key, pixel)
    red = _noisy_byte(color & mask, wp.uint32(wp.randi(state)), noise)
    green = _noisy_byte((color >> eight) & mask, wp.uint32(wp.randi(state)), noise)
    blue = _noisy_byte((color >> sixteen) & mask, wp.uint32(wp.randi(state)), noise)
    return red | (green << eight) | (blue << sixteen) | _OPAQUE


@wp.func
def _see_nothing(images: Images, i: int, background: wp.uint32):
    if images.wanted & COLOR != 0:
        images.color[i] = background
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
    materials: Materials,
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
    has_materials = materials.color.shape[0] != 0
    gain, noise, noise_key = images.gain[world], images.noise[world], images.noise_key[world]
    background = wp.uint32(images.background[world]) | _OPAQUE
    sun, sky, ground = lights.color[world], lights.sky[world], lights.ground[world]
    # Neighbouring pixels often show the same shape, and the same flat triangle, which has one colour.
    before, known, slot = wp.uint32(0), wp.int32(0), wp.int32(-1)
    level, look = wp.int32(0), wp.int32(0)
    own, up, toward = wp.vec3f(0.0), wp.vec3f(0.0), wp.vec3f(0.0)
    eye, axes = wp.vec3f(0.0), wp.mat33f(0.0)
    replaced, texture, gloss, gloss_edge = wp.int32(0), wp.int32(0), wp.float32(0.0), wp.float32(0.0)
    contrast, frequency = wp.float32(0.0), wp.float32(0.0)
    tint, other, origin, turn = wp.vec3f(1.0), wp.vec3f(0.0), wp.vec3f(0.0), wp.vec2f(0.0)
    color, albedo = wp.uint32(0), wp.uint32(0)
    normal = wp.vec3f(0.0)
    shape = wp.uint32(0)
    for x in range(piece * part, wp.min((piece + 1) * part, view.width)):
        key = depth[row, line + x]
        i = out + x
        if key == wp.uint64(0):
            _see_nothing(images, i, _noisy(background, noise_key, line + x, noise))
            continue
        px = float(x) + 0.5
        inverse = wp.cast(wp.uint32(key >> wp.uint64(32)), wp.float32)
        along = 1.0 / inverse
        aside = (px - k[0, 2]) * focal
        ray = ray_y + aside * aside
        if along * along * ray > furthest:
            _see_nothing(images, i, _noisy(background, noise_key, line + x, noise))
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
            if int(what >> wp.uint32(shift)) != slot:
                slot = int(what >> wp.uint32(shift))
                level = placed.level[world, slot]
                look = geometry.level_look[level]
                own = placed.albedo[world, slot]
                up = placed.up[world, slot]
                toward = placed.light[world, slot]
                if has_materials:
                    eye = placed.eye[world, slot]
                    axes = placed.axes[world, slot]
                    replaced = materials.replaced[world, slot]
                    tint = materials.color[world, slot]
                    gloss = materials.gloss[world, slot]
                    gloss_edge = materials.gloss_edge[world, slot]
                    texture = materials.texture[world, slot]
                    other = materials.texture_color[world, slot]
                    contrast = materials.contrast[world, slot]
                    frequency = materials.frequency[world, slot]
                    origin = materials.origin[world, slot]
                    turn = materials.turn[world, slot]
            triangle = geometry.level_face[level] + int(what & mask)
            base = own
            local = geometry.facet[triangle]
            known = wp.where(look & (SMOOTH | TEXTURED | COLORED) == 0 and texture == 0 and gloss == 0.0, 1, 0)
            if look & (SMOOTH | TEXTURED | COLORED) != 0:
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
                    file = geometry.surface_texture[geometry.shape_surface[geometry.slot_shape[world, slot]]]
                    base = wp.cw_mul(base, linear_color(_sample(geometry, file, uv)))
            if replaced != 0:
                base = tint
            elif has_materials:
                base = wp.min(wp.cw_mul(base, tint), wp.vec3f(1.0))
            to_eye = wp.vec3f(0.0)
            if known == 0 and has_materials:
                away = axes * wp.vec3f(aside, across, 1.0)
                to_eye = away * (-1.0 / wp.sqrt(ray))
                if texture != 0:
                    # How much of the surface the pixel sees.
                    pixel = along * wp.max(focal, 1.0 / k[1, 1]) / wp.max(wp.abs(wp.dot(local, to_eye)), 0.1)
                    p = (eye + along * away) * frequency
                    p = wp.vec3f(turn[0] * p[0] - turn[1] * p[1], turn[1] * p[0] + turn[0] * p[1], p[2]) + origin
                    n = wp.vec3f(
                        turn[0] * local[0] - turn[1] * local[1], turn[1] * local[0] + turn[0] * local[1], local[2]
                    )
                    share = contrast * _texture(materials.noise, texture, p, n, pixel * frequency)
                    base = base * (1.0 - share) + other * share
            if images.wanted & COLOR != 0:
                above = 0.5 * (wp.dot(local, up) + 1.0)
                light = sky * above + ground * (1.0 - above) + sun * wp.max(wp.dot(local, toward), 0.0)
                seen = wp.cw_mul(base, light)
                if gloss > 0.0:
                    seen += sun * _highlight(local, toward, to_eye, gloss, gloss_edge)
                color = _packed(seen * gain, encode)
            if images.wanted & ALBEDO != 0:
                albedo = _packed(base, encode)
            if images.wanted & NORMALS != 0:
                normal = wp.quat_rotate(placed.turn[world, slot], local)
            if images.wanted & SHAPES != 0:
                shape = wp.uint32(geometry.shape_index[geometry.slot_shape[world, slot]])
        if images.wanted & COLOR != 0:
            images.color[i] = _noisy(color, noise_key, line + x, noise)
        if images.wanted & ALBEDO != 0:
            images.albedo[i] = albedo
        if images.wanted & NORMALS != 0:
            images.normals[i] = normal
        if images.wanted & SHAPES != 0:
            images.shapes[i] = shape
