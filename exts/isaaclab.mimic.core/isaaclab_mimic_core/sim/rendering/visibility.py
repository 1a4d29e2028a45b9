# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

# pyright: reportGeneralTypeIssues=false, reportInvalidTypeForm=false, reportArgumentType=false
# pyright: reportCallIssue=false, reportIndexIssue=false, reportOperatorIssue=false, reportAttributeAccessIssue=false
# pyright: reportAssignmentType=false
# Kernels are compiled by Warp, whose types a Python checker does not know.

"""Warp kernels for visibility: place shapes, and fill a depth buffer with their triangles.

The same code runs on a CPU, where Warp runs the threads of a launch one after another, and on CUDA. How much work a
thread does is an argument: a whole shape or row on a CPU, a few triangles or pixels on CUDA.

The depth buffer has one number per pixel, and the greatest one wins: its high bits are 1 / depth, its low bits identify
the slot of the world and the triangle of its level. So the result does not depend on the order of drawing.
"""

import warp as wp

from .structs import Geometry, Lights, Placed, View, homogeneous, linear_color, mat34f

_TO_AXES = wp.constant(wp.quatf(-0.5, 0.5, -0.5, 0.5))
"""From a camera's optical axes (x right, y down, z forward) to Isaac Lab's world convention (x forward, z up)."""

_TINY = wp.constant(1.0e-5)
"""How far a barycentric coordinate may be below 0, so that rounding leaves no gap between neighbouring triangles."""


@wp.func
def _in_sight(view: View, k: wp.mat33f, at: wp.vec3f, radius: float) -> bool:
    """Whether a bounding sphere can be in a camera's image."""
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
    """Compute for each slot whether it is visible, its level of detail, and the projection from its frame to pixels."""
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
    axes = wp.transpose(turn)
    placed.axes[world, slot] = axes
    placed.eye[world, slot] = -(axes * move)
    placed.albedo[world, slot] = linear_color(shape_color[geometry.shape_index[shape]])


@wp.kernel(enable_backward=False)
def displace(
    position: wp.array(dtype=wp.vec3f),
    orientation: wp.array(dtype=wp.quatf),
    intrinsics: wp.array(dtype=wp.mat33f),
    offset: wp.array(dtype=wp.transformf),
    zoom: wp.array(dtype=wp.float32),
    view: View,
):
    """Apply a pose offset, in the camera's frame, and a factor of the focal length to the camera of each world."""
    world = wp.tid()
    pose = wp.transformf(position[world], orientation[world]) * offset[world]
    view.position[world] = wp.transform_get_translation(pose)
    view.orientation[world] = wp.transform_get_rotation(pose)
    k = intrinsics[world]
    k[0, 0] = k[0, 0] * zoom[world]
    k[1, 1] = k[1, 1] * zoom[world]
    view.intrinsics[world] = k


@wp.kernel(enable_backward=False)
def check_background(
    drawn: wp.array(dtype=wp.int32),
    view: View,
    seen_from: wp.array(dtype=wp.transformf),
    seen_with: wp.array(dtype=wp.mat33f),
    stale: wp.array(dtype=wp.int32),
):
    """Find the worlds whose background must be rendered again: their camera has moved, or its intrinsics changed."""
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
    """Initialise the depth buffers of the worlds from `start` on: empty, or with the background rendered before."""
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
    """Project the points of shapes: pixel coordinates, and 1 / depth, which is negative behind the near plane."""
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
        at = homogeneous(m, p)
        if at[2] < view.near:
            screen[row, to + i] = wp.vec3f(0.0, 0.0, -1.0)
        else:
            inverse = 1.0 / at[2]
            screen[row, to + i] = wp.vec3f(at[0] * inverse, at[1] * inverse, inverse)


@wp.func
def _cut(low: float, high: float, at_zero: float, slope: float) -> wp.vec2f:
    """Clip an interval of x to where at_zero + slope x is at least 0."""
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
    """Clip an interval of x to where at_zero + x / steepness is at least 0."""
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
        px: Column 0 in the coordinates of the edge functions.
        ea, eb, ec: Edge functions, at least 0 inside: value at 0 and slope.
        inverse: 1 / depth, likewise.
        what: Bits that identify slot and triangle.
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
    """Draw the triangles of slots of the worlds from `start` on: every `lanes`-th triangle, in one of `bands` of rows.

    `depth_start`: the world of the first row of `depth`.
    """
    row, index, lane, band = wp.tid()
    world = start + row
    slot = slots[index]
    if drawn[world] == 0 or placed.level[world, slot] < 0:
        return
    level = placed.level[world, slot]
    first = geometry.level_face[level]
    count = geometry.level_face[level + 1] - first
    single_sided = geometry.level_single_sided[level]
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
            # Relative to the first corner, where differences are small and lose no precision.
            bx, by = b[0] - a[0], b[1] - a[1]
            cx, cy = c[0] - a[0], c[1] - a[1]
            area = bx * cy - by * cx
            # What its body hides from behind is not drawn from behind: from inside a body nothing of it is seen.
            if area == 0.0 or (triangle < single_sided and area > 0.0):
                continue
            # The pixels whose centre is between the least and the greatest coordinate.
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
            # Barycentric coordinates of the second and the third corner, 0 at the first one, and 1 / depth.
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
                # Round towards the inside, a little less so that neighbours leave no gap.
                first_x = int(wp.min(span[0], most + 2.0) - px + 0.999)
                end_x = int(wp.max(span[1], left - 2.0) - px + 1.001)
                for x in range(first_x, end_x):
                    dx = float(x) + px
                    key = (wp.uint64(wp.cast(at_zero + slope * dx, wp.uint32)) << wp.uint64(32)) | what
                    if key > buffer[line + x]:
                        wp.atomic_max(buffer, line + x, key)
        elif a[2] > 0.0 or b[2] > 0.0 or c[2] > 0.0:
            # A part of it is behind the near plane. In homogeneous coordinates no clipping is needed: points behind the
            # near plane have a 1 / depth above that of the near plane, or below 0 (Olano and Greer, 1997).
            m = placed.projection[world, slot]
            base = geometry.level_point[level]
            sa = homogeneous(m, geometry.points[base + face[0]])
            sb = homogeneous(m, geometry.points[base + face[1]])
            sc = homogeneous(m, geometry.points[base + face[2]])
            n = wp.cross(sb - sa, sc - sa)
            volume = wp.dot(sa, n)
            if volume == 0.0 or (triangle < single_sided and volume > 0.0):
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
