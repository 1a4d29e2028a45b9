# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

# pyright: reportGeneralTypeIssues=false, reportInvalidTypeForm=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false, reportAttributeAccessIssue=false
# pyright: reportAssignmentType=false
# Kernels are compiled by Warp, whose types a Python checker does not know.

"""Warp kernels of the rasteriser: place shapes, fill a depth buffer with triangles, shade what is seen.

The same code runs on a CPU, where Warp runs the threads of a launch one after another, and on CUDA. How much a thread
does is an argument: a whole shape and a whole row there, a few triangles and pixels here.

The depth buffer holds one number a pixel, of which the greatest wins: the bits of 1 / depth above those of what is
seen, a slot of the world and a triangle of the level that is drawn there. So it is filled without an order, and with
the same result in any.
"""

import warp as wp

mat34f = wp.types.matrix(shape=(3, 4), dtype=wp.float32)

SMOOTH, TEXTURED, COLORED, CLOSED = 1, 2, 4, 8
"""What a level of detail is: corners have normals, texture coordinates, colours; back faces are never seen."""

COLOR, ALBEDO, PLANE_DEPTH, RAY_DEPTH, NORMALS, SHAPES = 1, 2, 4, 8, 16, 32
"""Images that are asked for, as bits."""

NOTHING = wp.constant(wp.uint32(0xFFFFFFFF))
"""The shape that is seen where there is none."""

_TO_AXES = wp.constant(wp.quatf(-0.5, 0.5, -0.5, 0.5))
"""From a camera's optical axes (x right, y down, z forward) to Isaac Lab's world convention (x forward, z up)."""

_OPAQUE = wp.constant(wp.uint32(0xFF000000))

_TINY = wp.constant(1.0e-5)
"""Share of a corner that a pixel may be outside of a triangle, so that rounding leaves no gap between neighbours."""


@wp.struct
class Geometry:
    """Triangles of all levels of all surfaces, one after another, and what shapes are made of."""

    points: wp.array(dtype=wp.vec3f)
    faces: wp.array(dtype=wp.vec3i)
    """Of a triangle: its corners among the points of its level."""
    facet: wp.array(dtype=wp.vec3f)
    attribute: wp.array(dtype=wp.int32)
    """Of a triangle: the row of its corners' normals, texture coordinates and colours."""
    normals: wp.array2d(dtype=wp.vec3f)
    uvs: wp.array2d(dtype=wp.vec2f)
    colors: wp.array2d(dtype=wp.vec3f)
    level_face: wp.array(dtype=wp.int32)
    """Of a level: its first triangle; one more at the end."""
    level_point: wp.array(dtype=wp.int32)
    """Of a level: its first point; one more at the end."""
    level_error: wp.array(dtype=wp.float32)
    level_look: wp.array(dtype=wp.int32)
    surface_level: wp.array(dtype=wp.int32)
    """Of a surface: its first level; one more at the end."""
    surface_bounds: wp.array(dtype=wp.vec4f)
    """Of a surface: middle and radius [m]."""
    surface_texture: wp.array(dtype=wp.int32)
    texture_first: wp.array(dtype=wp.int32)
    texture_size: wp.array(dtype=wp.vec2i)
    texels: wp.array(dtype=wp.vec3f)
    """sRGB, from 0 to 1."""
    shape_index: wp.array(dtype=wp.int32)
    """Of a shape: what the image of shapes says of it, and its row among the colours."""
    shape_surface: wp.array(dtype=wp.int32)
    shape_body: wp.array(dtype=wp.int32)
    shape_pose: wp.array(dtype=wp.transformf)
    slot_shape: wp.array2d(dtype=wp.int32)
    """Of a world and slot: a shape, -1: none."""
    slot_point: wp.array(dtype=wp.int32)
    """Of a slot: where its points on the screen begin; one more at the end."""
    slot_bits: wp.int32


@wp.struct
class Lights:
    """Light of each world, colours linear."""

    direction: wp.array(dtype=wp.vec3f)
    """Towards the light, in the world's frame."""
    color: wp.array(dtype=wp.vec3f)
    sky: wp.array(dtype=wp.vec3f)
    """Ambient light from above."""
    ground: wp.array(dtype=wp.vec3f)
    """Ambient light from below."""


@wp.struct
class View:
    """One camera of every world."""

    position: wp.array(dtype=wp.vec3f)
    orientation: wp.array(dtype=wp.quatf)
    """Isaac Lab's world convention: x forward, z up."""
    intrinsics: wp.array(dtype=wp.mat33f)
    width: wp.int32
    height: wp.int32
    near: wp.float32
    far: wp.float32
    tolerance: wp.float32
    """How far a level of detail may be off [pixels]."""


@wp.struct
class Placed:
    """Shapes as a camera sees them, by world and slot."""

    level: wp.array2d(dtype=wp.int32)
    """The level that is drawn, -1: out of sight."""
    projection: wp.array2d(dtype=mat34f)
    """To pixels times depth, and depth [m]."""
    turn: wp.array2d(dtype=wp.quatf)
    """From the shape's frame to the world's."""
    light: wp.array2d(dtype=wp.vec3f)
    """Towards the light, in the shape's frame."""
    up: wp.array2d(dtype=wp.vec3f)
    albedo: wp.array2d(dtype=wp.vec3f)


@wp.struct
class Images:
    """What is written, row by row, for all worlds one after another; only those of `wanted` are there."""

    wanted: wp.int32
    color: wp.array(dtype=wp.uint32)
    albedo: wp.array(dtype=wp.uint32)
    plane_depth: wp.array(dtype=wp.float32)
    ray_depth: wp.array(dtype=wp.float32)
    normals: wp.array(dtype=wp.vec3f)
    shapes: wp.array(dtype=wp.uint32)
    background: wp.uint32
    no_depth: wp.float32


@wp.func
def _linear(value: float) -> float:
    """Decode sRGB."""
    if value <= 0.04045:
        return value / 12.92
    return wp.pow((value + 0.055) / 1.055, 2.4)


@wp.func
def _linear_color(color: wp.vec3f) -> wp.vec3f:
    return wp.vec3f(_linear(color[0]), _linear(color[1]), _linear(color[2]))


@wp.func
def _in_sight(view: View, k: wp.mat33f, at: wp.vec3f, radius: float) -> bool:
    """Whether a ball in front of a camera can be in its picture."""
    if at[2] + radius < view.near or wp.length(at) - radius > view.far:
        return False
    left, right = k[0, 2] / k[0, 0], (float(view.width) - k[0, 2]) / k[0, 0]
    top, bottom = k[1, 2] / k[1, 1], (float(view.height) - k[1, 2]) / k[1, 1]
    return (
        at[0] + left * at[2] > -radius * wp.sqrt(1.0 + left * left)
        and right * at[2] - at[0] > -radius * wp.sqrt(1.0 + right * right)
        and at[1] + top * at[2] > -radius * wp.sqrt(1.0 + top * top)
        and bottom * at[2] - at[1] > -radius * wp.sqrt(1.0 + bottom * bottom)
    )


@wp.kernel(enable_backward=False)
def place(
    drawn: wp.array(dtype=wp.int32),
    geometry: Geometry,
    lights: Lights,
    view: View,
    body_pose: wp.array(dtype=wp.transformf),
    shape_color: wp.array(dtype=wp.vec3f),
    placed: Placed,
):
    """Find of each slot whether it is in sight, its level of detail, and the way from its frame to pixels."""
    world, slot = wp.tid()
    if drawn[world] == 0:
        return
    placed.level[world, slot] = -1
    shape = geometry.slot_shape[world, slot]
    if shape < 0:
        return
    surface = geometry.shape_surface[shape]
    pose = geometry.shape_pose[shape]
    body = geometry.shape_body[shape]
    if body >= 0:
        pose = body_pose[body] * pose
    k = view.intrinsics[world]
    to_world = wp.transformf(view.position[world], view.orientation[world] * _TO_AXES)
    seen = wp.transform_inverse(to_world) * pose
    bounds = geometry.surface_bounds[surface]
    at = wp.transform_point(seen, wp.vec3f(bounds[0], bounds[1], bounds[2]))
    if not _in_sight(view, k, at, bounds[3]):
        return

    level = geometry.surface_level[surface]
    coarsest = geometry.surface_level[surface + 1] - 1
    allowed = view.tolerance * wp.max(at[2] - bounds[3], view.near) / wp.max(k[0, 0], k[1, 1])
    while level < coarsest:
        if geometry.level_error[level + 1] > allowed:
            break
        level += 1
    turn = wp.quat_to_matrix(wp.transform_get_rotation(seen))
    move = wp.transform_get_translation(seen)
    to_pixels = wp.mat33f(k[0, 0], 0.0, k[0, 2], 0.0, k[1, 1], k[1, 2], 0.0, 0.0, 1.0)
    m = to_pixels * turn
    t = to_pixels * move
    rotation = wp.transform_get_rotation(pose)
    placed.level[world, slot] = level
    placed.projection[world, slot] = mat34f(
        m[0, 0], m[0, 1], m[0, 2], t[0], m[1, 0], m[1, 1], m[1, 2], t[1], m[2, 0], m[2, 1], m[2, 2], t[2]
    )
    placed.turn[world, slot] = rotation
    placed.light[world, slot] = wp.quat_rotate_inv(rotation, lights.direction[world])
    placed.up[world, slot] = wp.quat_rotate_inv(rotation, wp.vec3f(0.0, 0.0, 1.0))
    placed.albedo[world, slot] = _linear_color(shape_color[geometry.shape_index[shape]])


@wp.kernel(enable_backward=False)
def check_background(
    drawn: wp.array(dtype=wp.int32),
    view: View,
    seen_from: wp.array(dtype=wp.transformf),
    seen_with: wp.array(dtype=wp.mat33f),
    stale: wp.array(dtype=wp.int32),
):
    """Tell of which worlds the background has to be drawn anew: their camera was moved, or has another focal length."""
    world = wp.tid()
    stale[world] = 0
    if drawn[world] == 0:
        return
    k, before = view.intrinsics[world], seen_with[world]
    calibration = wp.vec4f(
        k[0, 0] - before[0, 0], k[1, 1] - before[1, 1], k[0, 2] - before[0, 2], k[1, 2] - before[1, 2]
    )
    position, orientation = view.position[world], view.orientation[world]
    moved = wp.length_sq(position - wp.transform_get_translation(seen_from[world]))
    turned = wp.length_sq(orientation - wp.transform_get_rotation(seen_from[world]))
    if moved + turned + wp.length_sq(calibration) > 0.0:
        stale[world] = 1
        seen_from[world] = wp.transformf(position, orientation)
        seen_with[world] = k


@wp.kernel(enable_backward=False)
def clear(
    drawn: wp.array(dtype=wp.int32),
    background: wp.array2d(dtype=wp.uint64),
    start: wp.int32,
    part: wp.int32,
    depth: wp.array2d(dtype=wp.uint64),
):
    """Begin the depth buffers of the worlds from `start` on: empty, or with a background that was drawn before."""
    row, piece = wp.tid()
    world = start + row
    if drawn[world] == 0:
        return
    last = wp.min((piece + 1) * part, depth.shape[1])
    if background.shape[0] != 0:
        for i in range(piece * part, last):
            depth[row, i] = background[world, i]
    else:
        for i in range(piece * part, last):
            depth[row, i] = wp.uint64(0)


@wp.func
def _homogeneous(m: mat34f, p: wp.vec3f) -> wp.vec3f:
    """Return where a point is on the screen, times its depth, and its depth."""
    return wp.vec3f(
        m[0, 0] * p[0] + m[0, 1] * p[1] + m[0, 2] * p[2] + m[0, 3],
        m[1, 0] * p[0] + m[1, 1] * p[1] + m[1, 2] * p[2] + m[1, 3],
        m[2, 0] * p[0] + m[2, 1] * p[1] + m[2, 2] * p[2] + m[2, 3],
    )


@wp.kernel(enable_backward=False)
def project(
    drawn: wp.array(dtype=wp.int32),
    slots: wp.array(dtype=wp.int32),
    geometry: Geometry,
    view: View,
    placed: Placed,
    start: wp.int32,
    lanes: wp.int32,
    screen: wp.array2d(dtype=wp.vec3f),
):
    """Find where points of shapes are on the screen: pixels, and 1 / depth, which is negative behind the near plane."""
    row, index, lane = wp.tid()
    world = start + row
    slot = slots[index]
    if drawn[world] == 0 or placed.level[world, slot] < 0:
        return
    level = placed.level[world, slot]
    first = geometry.level_point[level]
    to = geometry.slot_point[slot]
    m = placed.projection[world, slot]
    for i in range(lane, geometry.level_point[level + 1] - first, lanes):
        p = geometry.points[first + i]
        at = _homogeneous(m, p)
        if at[2] < view.near:
            screen[row, to + i] = wp.vec3f(0.0, 0.0, -1.0)
        else:
            inverse = 1.0 / at[2]
            screen[row, to + i] = wp.vec3f(at[0] * inverse, at[1] * inverse, inverse)


@wp.func
def _cut(low: float, high: float, at_zero: float, slope: float) -> wp.vec2f:
    """Cut an interval of x to where at_zero + slope x is at least 0."""
    if slope > 0.0:
        low = wp.max(low, -at_zero / slope)
    elif slope < 0.0:
        high = wp.min(high, -at_zero / slope)
    elif at_zero < 0.0:
        high = low - 1.0
    return wp.vec2f(low, high)


@wp.func
def _steepness(slope: float) -> float:
    """Return 1 / slope of an edge function, very large where it is level."""
    if wp.abs(slope) < 1.0e-12:
        return 1.0e12
    return 1.0 / slope


@wp.func
def _narrow(span: wp.vec2f, at_zero: float, steepness: float) -> wp.vec2f:
    """Cut an interval of x to where at_zero + x / steepness is at least 0."""
    x = -at_zero * steepness
    if steepness > 0.0:
        return wp.vec2f(wp.max(span[0], x), span[1])
    return wp.vec2f(span[0], wp.min(span[1], x))


@wp.func
def _fill(
    depth: wp.array(dtype=wp.uint64),
    line: int,
    x0: int,
    x1: int,
    px: float,
    ea: wp.vec2f,
    eb: wp.vec2f,
    ec: wp.vec2f,
    inverse: wp.vec2f,
    view: View,
    what: wp.uint64,
):
    """Fill the part of a row that a triangle covers, between the near and the far plane.

    Args:
        line: Index of the row's first pixel.
        x0, x1: First and last column that it can cover.
        px: The column 0 in the coordinates of the functions.
        ea, eb, ec: Edge functions, at least 0 inside: value at 0 and slope.
        inverse: 1 / depth, likewise.
        what: Bits that say what is seen.
    """
    cut = wp.vec2f(float(x0) + px, float(x1) + px)
    cut = _cut(cut[0], cut[1], ea[0], ea[1])
    cut = _cut(cut[0], cut[1], eb[0], eb[1])
    cut = _cut(cut[0], cut[1], ec[0], ec[1])
    cut = _cut(cut[0], cut[1], inverse[0] - 1.0 / view.far, inverse[1])
    cut = _cut(cut[0], cut[1], 1.0 / view.near - inverse[0], -inverse[1])
    if cut[0] > cut[1]:
        return
    first = wp.max(x0, int(wp.ceil(cut[0] - px - 1.0e-3)))
    last = wp.min(x1, int(wp.floor(cut[1] - px + 1.0e-3)))
    for x in range(first, last + 1):
        value = wp.max(inverse[0] + inverse[1] * (float(x) + px), 0.0)
        key = (wp.uint64(wp.cast(value, wp.uint32)) << wp.uint64(32)) | what
        if key > depth[line + x]:
            wp.atomic_max(depth, line + x, key)


@wp.kernel(enable_backward=False)
def rasterize(
    drawn: wp.array(dtype=wp.int32),
    slots: wp.array(dtype=wp.int32),
    geometry: Geometry,
    view: View,
    placed: Placed,
    screen: wp.array2d(dtype=wp.vec3f),
    start: wp.int32,
    depth_start: wp.int32,
    lanes: wp.int32,
    bands: wp.int32,
    depth: wp.array2d(dtype=wp.uint64),
):
    """Draw triangles of the slots of the worlds from `start` on: every `lanes`-th, in one of `bands` of rows.

    `depth_start`: the world that the first row of `depth` is of.
    """
    row, index, lane, band = wp.tid()
    world = start + row
    slot = slots[index]
    if drawn[world] == 0 or placed.level[world, slot] < 0:
        return
    level = placed.level[world, slot]
    first = geometry.level_face[level]
    count = geometry.level_face[level + 1] - first
    closed = geometry.level_look[level] & CLOSED
    points = screen[row]
    to = geometry.slot_point[slot]
    buffer = depth[world - depth_start]
    rows = (view.height + bands - 1) // bands
    y_first = band * rows
    y_last = wp.min(y_first + rows, view.height) - 1
    right, bottom = float(view.width), float(view.height)
    name = wp.uint32(slot) << wp.uint32(32 - geometry.slot_bits)
    for triangle in range(lane, count, lanes):
        face = geometry.faces[first + triangle]
        a, b, c = points[to + face[0]], points[to + face[1]], points[to + face[2]]
        if a[2] > 0.0 and b[2] > 0.0 and c[2] > 0.0:
            # Relative to the first corner: differences are small and lose no digits.
            bx, by = b[0] - a[0], b[1] - a[1]
            cx, cy = c[0] - a[0], c[1] - a[1]
            area = bx * cy - by * cx
            # What faces away of a closed surface is behind it. From inside nothing of it is seen.
            if area == 0.0 or (closed != 0 and area > 0.0):
                continue
            # The pixels whose middle is between the least and the greatest coordinate.
            x0 = int(wp.max(a[0] + wp.min(0.0, wp.min(bx, cx)), -0.5) + 0.5)
            x1 = int(wp.min(wp.max(a[0] + wp.max(0.0, wp.max(bx, cx)), -0.5), right) + 0.5) - 1
            if x0 > x1 or x0 >= view.width:
                continue
            y0 = int(wp.max(a[1] + wp.min(0.0, wp.min(by, cy)), -0.5) + 0.5)
            y1 = int(wp.min(wp.max(a[1] + wp.max(0.0, wp.max(by, cy)), -0.5), bottom) + 0.5) - 1
            y0, y1 = wp.max(y0, y_first), wp.min(y1, y_last)
            if y0 > y1:
                continue
            x1 = wp.min(x1, view.width - 1)
            # Shares of the second and the third corner, 0 at the first one, and 1 / depth.
            scale = 1.0 / area
            b_x, b_y, c_x, c_y = cy * scale, -cx * scale, -by * scale, bx * scale
            db, dc = b[2] - a[2], c[2] - a[2]
            slope = db * b_x + dc * c_x
            what = wp.uint64(name | wp.uint32(triangle))
            steep_a, steep_b, steep_c = _steepness(-b_x - c_x), _steepness(b_x), _steepness(c_x)
            px = 0.5 - a[0]
            left, most = float(x0) + px, float(wp.min(x1, view.width - 1)) + px
            for y in range(y0, y1 + 1):
                py = float(y) + 0.5 - a[1]
                eb, ec = b_y * py, c_y * py
                at_zero = a[2] + db * eb + dc * ec
                span = _narrow(wp.vec2f(left, most), 1.0 - eb - ec + _TINY, steep_a)
                span = _narrow(span, eb + _TINY, steep_b)
                span = _narrow(span, ec + _TINY, steep_c)
                line = y * view.width
                # Rounded towards the inside, a little less so that neighbours leave no gap.
                first_x = int(wp.min(span[0], most + 2.0) - px + 0.999)
                end_x = int(wp.max(span[1], left - 2.0) - px + 1.001)
                for x in range(first_x, end_x):
                    dx = float(x) + px
                    key = (wp.uint64(wp.cast(at_zero + slope * dx, wp.uint32)) << wp.uint64(32)) | what
                    if key > buffer[line + x]:
                        wp.atomic_max(buffer, line + x, key)
        elif a[2] > 0.0 or b[2] > 0.0 or c[2] > 0.0:
            # A part of it is behind the near plane. In homogeneous coordinates nothing has to be cut off: what a ray
            # meets there has a 1 / depth above that of the near plane, or below 0 (Olano and Greer, 1997).
            m = placed.projection[world, slot]
            base = geometry.level_point[level]
            sa = _homogeneous(m, geometry.points[base + face[0]])
            sb = _homogeneous(m, geometry.points[base + face[1]])
            sc = _homogeneous(m, geometry.points[base + face[2]])
            n = wp.cross(sb - sa, sc - sa)
            volume = wp.dot(sa, n)
            if volume == 0.0 or (closed != 0 and volume > 0.0):
                continue
            scale = 1.0 / volume
            na, nb, nc = wp.cross(sb, sc) * scale, wp.cross(sc, sa) * scale, wp.cross(sa, sb) * scale
            n = n * scale
            for y in range(y_first, y_last + 1):
                py = float(y) + 0.5
                _fill(
                    buffer,
                    y * view.width,
                    0,
                    view.width - 1,
                    0.5,
                    wp.vec2f(na[1] * py + na[2], na[0]),
                    wp.vec2f(nb[1] * py + nb[2], nb[0]),
                    wp.vec2f(nc[1] * py + nc[2], nc[0]),
                    wp.vec2f(n[1] * py + n[2], n[0]),
                    view,
                    wp.uint64(name | wp.uint32(triangle)),
                )


@wp.func
def _shares(geometry: Geometry, placed: Placed, world: int, slot: int, triangle: int, px: float, py: float) -> wp.vec3f:
    """Return the shares of a triangle's corners in what a pixel sees (perspective-correct)."""
    m = placed.projection[world, slot]
    base = geometry.level_point[placed.level[world, slot]]
    face = geometry.faces[triangle]
    sa = _homogeneous(m, geometry.points[base + face[0]])
    sb = _homogeneous(m, geometry.points[base + face[1]])
    sc = _homogeneous(m, geometry.points[base + face[2]])
    # Seen from the pixel: two numbers remain of each corner, and their products lose no digits.
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
    """Look a colour up in a texture that repeats itself, between four texels."""
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
    """Turn what pixels of the worlds from `start` on see into the images: `part` pixels of a row a thread."""
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
    # Neighbours often see the same flat triangle, which has one colour.
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
                    base = wp.cw_mul(base, _linear_color(_sample(geometry, texture, uv)))
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
