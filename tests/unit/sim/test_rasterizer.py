# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The rasteriser on its own: triangles in, pictures out, against rays that are met with them one by one."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from isaaclab_mimic_core.sim.preparing import prepare

prepare()

import warp as wp  # noqa: E402

from isaaclab_mimic_core.sim.rendering import detail  # noqa: E402
from isaaclab_mimic_core.sim.rendering.detail import levels_of_detail  # noqa: E402
from isaaclab_mimic_core.sim.rendering.rasterizer import IMAGES, CameraBuffers, Lighting, Rasterizer  # noqa: E402
from isaaclab_mimic_core.sim.rendering.scene import Look, Scene, Shape  # noqa: E402
from isaaclab_mimic_core.sim.rendering.surfaces import Surface, unit, weld  # noqa: E402

SIZE, FOCAL, NEAR, FAR = 48, 40.0, 0.1, 20.0
IDENTITY = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
NOTHING = 0xFFFFFFFF


class Studio:
    """A scene and one camera in each world, at the origin and looking along x."""

    def __init__(self, looks, shapes=None, worlds=1, tolerance=0.0, lighting=None, far=FAR, device="cpu"):
        shapes = shapes or [Shape(i, i, -1, -1, IDENTITY) for i in range(len(looks))]
        self.worlds, self.device = worlds, device
        self.scene = Scene(looks, shapes, worlds, device, tolerance > 0)
        self.rasterizer = Rasterizer(self.scene, lighting)
        self.buffers = CameraBuffers(self.scene, SIZE, SIZE, NEAR, far, tolerance)
        shape = (worlds, SIZE, SIZE)
        self.images = {name: wp.zeros(shape, dtype=kind, device=device) for name, (_, kind) in IMAGES.items()}
        self.buffers.write_to(self.images, (1.0, 0.0, 0.0))
        self.colors = wp.full(1 + max(shape.index for shape in shapes), wp.vec3f(1.0), dtype=wp.vec3f, device=device)
        self.bodies = wp.array([IDENTITY] * 4, dtype=wp.transformf, device=device)
        self.position = torch.zeros(worlds, 3, device=device)
        self.straight = torch.tensor([[0.0, 0.0, 0.0, 1.0]], device=device).repeat(worlds, 1)
        intrinsics = [[FOCAL, 0, SIZE / 2], [0, FOCAL, SIZE / 2], [0, 0, 1]]
        self.intrinsics = torch.tensor(intrinsics, device=device).repeat(worlds, 1, 1)

    def render(self, drawn):
        """Render the images of worlds, `drawn` (worlds,) int32, on the device."""
        self.buffers.place(
            wp.from_torch(self.position, dtype=wp.vec3f),
            wp.from_torch(self.straight, dtype=wp.quatf),
            wp.from_torch(self.intrinsics.contiguous(), dtype=wp.mat33f),
        )
        self.rasterizer.draw(self.buffers, wp.from_torch(drawn), self.bodies, self.colors)

    def draw(self, drawn=None):
        """Return the images by name, each (worlds, height, width, ...)."""
        self.render(torch.ones(self.worlds, dtype=torch.int32) if drawn is None else torch.tensor(drawn).int())
        pictures = {name: image.numpy().copy() for name, image in self.images.items()}
        for name in ("color", "albedo"):
            pictures[name] = pictures[name].view(np.uint8).reshape(self.worlds, SIZE, SIZE, 4)
        return pictures


def rays():
    """Return what a pixel looks along: (SIZE, SIZE, 3) float64, of which the part along the optical axis is 1."""
    offset = (np.arange(SIZE) + 0.5 - SIZE / 2) / FOCAL
    ray = np.ones((SIZE, SIZE, 3))
    ray[..., 1], ray[..., 2] = -offset[None, :], -offset[:, None]
    return ray


def meet(corners, near=NEAR, far=FAR):
    """Return at what depth rays meet triangles (Moeller and Trumbore): (T, SIZE, SIZE), infinite where they miss."""
    a, b, c = corners.astype(np.float64).transpose(1, 0, 2)[:, :, None, None]
    ray = rays()[None]
    cross = np.cross(ray, c - a)
    volume = np.einsum("...i,...i->...", cross, b - a)
    u = np.einsum("...i,...i->...", cross, -a) / volume
    other = np.cross(-a, b - a)
    v = np.einsum("...i,...i->...", other, ray) / volume
    depth = np.einsum("...i,...i->...", other, c - a) / volume
    hit = (u >= 0) & (v >= 0) & (u + v <= 1) & (depth >= near) & (depth * np.linalg.norm(ray, axis=-1) <= far)
    return np.where(hit, depth, np.inf)


def inner(depth):
    """Return where all neighbours of a pixel agree whether they meet something: at an edge rounding may decide."""
    hit = np.pad(np.isfinite(depth), 1, mode="edge")
    near = [hit[1 + i : 1 + i + SIZE, 1 + j : 1 + j + SIZE] for i in (-1, 0, 1) for j in (-1, 0, 1)]
    return np.all(near, axis=0) | ~np.any(near, axis=0)


def test_a_triangle_covers_the_pixels_whose_rays_meet_it():
    corners = np.array([[[2.0, 1.0, -0.8], [3.0, -0.9, -0.5], [2.5, 0.1, 1.1]]], np.float32)
    pictures = Studio([Look(weld(corners))]).draw()
    expected = meet(corners)[0]
    seen = pictures["shapes"][0] != NOTHING
    assert (seen == np.isfinite(expected))[inner(expected)].all()
    assert seen.sum() > 300
    assert np.abs(pictures["plane_depth"][0] - expected)[seen & np.isfinite(expected)].max() < 1e-4
    along = expected * np.linalg.norm(rays(), axis=-1)
    assert np.abs(pictures["ray_depth"][0] - along)[seen & np.isfinite(expected)].max() < 1e-4
    assert (pictures["color"][0][~seen] == (255, 0, 0, 255)).all()
    assert (pictures["plane_depth"][0][~seen] == 0).all()
    facet = unit(np.cross(corners[0, 1] - corners[0, 0], corners[0, 2] - corners[0, 0]))
    assert np.abs(pictures["normals"][0][seen] - facet).max() < 1e-5


@pytest.mark.parametrize("seed", range(4))
def test_of_many_triangles_the_nearest_is_seen_also_where_the_near_plane_cuts_them(seed):
    random = np.random.default_rng(seed)
    # Some lie partly or wholly behind the camera.
    corners = (random.normal(size=(40, 1, 3)) * (2.0, 1.5, 1.5) + random.normal(size=(40, 3, 3))).astype(np.float32)
    pictures = Studio([Look(weld(triangle[None])) for triangle in corners]).draw()
    met = meet(corners)
    first, second = np.sort(met, axis=0)[:2]
    clear = np.all([inner(depth) for depth in met], axis=0) & (second > first + 1e-3)
    expected = np.where(np.isfinite(first), met.argmin(axis=0), NOTHING)
    assert (pictures["shapes"][0] == expected)[clear | (np.isinf(first) & np.isinf(second) & inner(first))].all()
    sure = clear & np.isfinite(first)
    assert sure.sum() > 200
    assert (np.abs(pictures["plane_depth"][0] - first)[sure] < 1e-3 * first[sure] + 1e-4).all()


def test_a_large_floor_below_the_camera_is_drawn_up_to_the_far_clip():
    z, reach = -0.5, 100.0
    a, b, c, d = [[x, y, z] for x, y in ((-reach, -reach), (reach, -reach), (reach, reach), (-reach, reach))]
    corners = np.array([[a, b, c], [a, c, d]], np.float32)
    picture = Studio([Look(weld(corners))], far=3.0).draw()
    expected = meet(corners, far=3.0).min(axis=0)
    seen = picture["plane_depth"][0] > 0
    assert (seen == np.isfinite(expected))[inner(expected)].all()
    both = seen & np.isfinite(expected)
    assert both.sum() > 300
    assert np.abs(picture["plane_depth"][0] - expected)[both].max() < 1e-3


def test_moved_bodies_are_drawn_where_they_are_and_others_stay():
    looks = [Look(_box(0.2))]
    shapes = [Shape(7, 0, -1, -1, (3.0, 0.6, 0, 0, 0, 0, 1)), Shape(3, 0, 0, 1, (3.0, -0.6, 0, 0, 0, 0, 1))]
    studio = Studio(looks, shapes)
    before = studio.draw()["shapes"][0]
    studio.bodies = wp.array([IDENTITY, (0, 0, 0.4, 0, 0, 0, 1)], dtype=wp.transformf, device="cpu")
    after = studio.draw()["shapes"][0]
    assert ((before == 7) == (after == 7)).all()
    rows_before, rows_after = (np.nonzero((image == 3).any(axis=1))[0] for image in (before, after))
    assert rows_after.mean() < rows_before.mean() - 4
    assert (after == 3).sum() == pytest.approx((before == 3).sum(), rel=0.2)


def test_the_background_is_drawn_anew_when_the_camera_moves():
    looks, shapes = [Look(_box(0.3))], [Shape(0, 0, -1, -1, (3.0, 0, 0, 0, 0, 0, 1))]
    studio = Studio(looks, shapes)
    studio.draw()
    studio.position[0, 1] = 0.5
    studio.intrinsics[0, 0, 0] = 50.0
    fresh = Studio(looks, shapes)
    fresh.position, fresh.intrinsics = studio.position, studio.intrinsics
    moved, anew = studio.draw(), fresh.draw()
    for name, image in anew.items():
        assert (moved[name] == image).all(), name
    assert (anew["shapes"] == 0).any()


def test_worlds_see_their_own_shapes_and_only_those_asked_for_are_drawn():
    shapes = [Shape(0, 0, 0, 0, (3.0, 0, 0.6, 0, 0, 0, 1)), Shape(1, 0, 1, 1, (3.0, 0, -0.6, 0, 0, 0, 1))]
    studio = Studio([Look(_box(0.2))], shapes, worlds=2)
    images = studio.draw(drawn=[0, 1])["shapes"]
    assert (images[0] == 0).all() and set(np.unique(images[1])) == {1, NOTHING}
    images = studio.draw()["shapes"]
    assert set(np.unique(images[0])) == {0, NOTHING} and set(np.unique(images[1])) == {1, NOTHING}
    assert np.nonzero(images[0] == 0)[0].mean() < SIZE / 2 < np.nonzero(images[1] == 1)[0].mean()


def test_smooth_normals_are_interpolated_and_light_follows_them():
    corners = np.array([[[2.0, 1.0, -1.0], [2.0, -1.0, -1.0], [2.0, 0.0, 1.5]]], np.float32)
    normals = unit(np.array([[[-1.0, 1.0, 0.0], [-1.0, -1.0, 0.0], [-1.0, 0.0, 1.0]]])).astype(np.float32)
    dark = (0.0, 0.0, 0.0)
    lighting = Lighting(direction=(1.0, 0.0, 0.0), color=(0.5, 0.5, 0.5), sky=dark, ground=dark)
    pictures = Studio([Look(weld(corners, normals))], lighting=lighting).draw()
    depth = pictures["plane_depth"][0]
    seen = depth > 0
    at = rays()[seen] * depth[seen][:, None]
    a, b, c = corners[0].astype(np.float64)
    shares = np.linalg.solve(np.stack([a, b, c], axis=1), at.T)
    expected = unit(shares.T @ normals[0])
    assert np.abs(pictures["normals"][0][seen] - expected).max() < 1e-3
    linear = 0.5 * np.maximum(-expected[:, 0], 0.0)
    bytes_of = 255 * (1.055 * linear ** (1 / 2.4) - 0.055)
    assert np.abs(pictures["color"][0][seen][:, 1] - bytes_of).max() < 1.5


def test_textures_and_colours_of_corners_are_painted_in_perspective():
    square = np.array([[2.0, 1, -1], [6.0, -1, -1], [6.0, -1, 1], [2.0, 1, 1]], np.float32)
    uv = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    texture = np.zeros((64, 64, 3), np.uint8)
    texture[:, 32:, 0] = 255  # u > 0.5: red
    texture[:32, :, 2] = 255  # v > 0.5: blue
    albedo = Studio([Look(weld(square[faces], uvs=uv[faces]), texture)]).draw()["albedo"][0].astype(int)
    depth = meet(square[faces]).min(axis=0)
    seen = np.isfinite(depth) & inner(depth)
    at = rays() * np.where(np.isfinite(depth), depth, 0)[..., None]
    u, v = (at[..., 0] - 2) / 4, (at[..., 2] + 1) / 2
    for channel, share in ((0, u), (2, v)):
        high, low = seen & (share > 0.53), seen & (share < 0.47)
        assert high.sum() > 50 and low.sum() > 50
        assert (albedo[..., channel][high] >= 254).all() and (albedo[..., channel][low] == 0).all()
    colors = np.repeat(uv[faces][..., :1], 3, axis=-1)
    albedo = Studio([Look(weld(square[faces], colors=colors))]).draw()["albedo"][0].astype(int)
    expected = 255 * np.where(u <= 0.0031308, 12.92 * u, 1.055 * np.clip(u, 0, 1) ** (1 / 2.4) - 0.055)
    assert np.abs(albedo[..., 0] - expected)[seen].max() < 2


def test_coarser_levels_look_like_the_surface_they_stand_for():
    ball = _ball(1.0, 96)
    levels = levels_of_detail(ball)
    counts, errors = [len(level.surface.faces) for level in levels], [level.error for level in levels]
    assert errors == sorted(errors) and errors[0] == 0.0
    assert all(fewer <= 0.8 * more for more, fewer in pairwise(counts)) and counts[-1] < 100
    for level in levels[1:5]:
        corners = level.surface.corners.reshape(-1, 3)
        assert np.quantile(np.abs(np.linalg.norm(corners, axis=1) - 1.0), 0.98) <= level.error + 1e-3
        assert (np.einsum("ij,ij->i", unit(corners), level.surface.normals.reshape(-1, 3)) > 0.97).all()
    shapes = [Shape(0, 0, -1, -1, (8.0, 0, 0, 0, 0, 0, 1))]
    exact, coarse = (Studio([Look(ball)], shapes, tolerance=tolerance) for tolerance in (0.0, 0.5))
    fine, rough = exact.draw(), coarse.draw()
    assert len(levels[coarse.buffers.placed.level.numpy()[0, 0]].surface.faces) < counts[0] / 8
    assert (fine["shapes"] != rough["shapes"]).sum() <= 4
    both = (fine["shapes"] == 0) & (rough["shapes"] == 0)
    assert np.abs(fine["plane_depth"] - rough["plane_depth"])[both].mean() < 0.06
    assert np.abs(fine["color"].astype(int) - rough["color"])[both].mean() < 3


def test_levels_are_kept_in_the_cache_and_made_anew_when_damaged(monkeypatch, tmp_path):
    monkeypatch.setenv("MIMIC_CACHE", str(tmp_path))
    ball, other = _ball(1.0, 24), _ball(1.1, 24)

    def look(surface):
        levels = levels_of_detail(surface)
        return [(x.error, *map(np.ndarray.tobytes, (x.surface.points, x.surface.faces))) for x in levels]

    made = look(ball)
    (kept,) = tmp_path.rglob("*.npz")
    monkeypatch.setattr(detail, "_coarser", lambda surface: pytest.fail("made again"))
    assert look(ball) == made and len(made) > 2
    monkeypatch.undo()
    monkeypatch.setenv("MIMIC_CACHE", str(tmp_path))
    for damage in (b"", kept.read_bytes()[:-200], b"no file of arrays"):
        kept.write_bytes(damage)
        assert look(ball) == made
    assert look(other) != made and len(list(tmp_path.rglob("*.npz"))) == 2
    monkeypatch.setenv("MIMIC_CACHE", str(kept))
    assert look(ball) == made, "a cache that cannot be written costs time, nothing else"


def test_a_sheet_is_seen_from_both_sides():
    sheet = np.array([[[2.0, 1.0, -1.0], [2.0, -1.0, -1.0], [2.0, 0.0, 1.5]]], np.float32)
    for tolerance in (0.0, 0.2):
        looks = ([Look(weld(corners))] for corners in (sheet, sheet[:, ::-1]))
        front, back = (Studio(look, tolerance=tolerance).draw()["shapes"] for look in looks)
        assert (front == back).all() and (front == 0).any()


def _box(half: float) -> Surface:
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32) * half
    sides = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
    faces = np.array([three for a, b, c, d in sides for three in ((a, b, c), (a, c, d))])
    return weld(signs[faces])


def _ball(radius: float, around: int) -> Surface:
    longitude, latitude = np.linspace(0, 2 * np.pi, around + 1), np.linspace(0, np.pi, around // 2 + 1)
    u, v = np.meshgrid(longitude, latitude)
    points = radius * np.stack([np.sin(v) * np.cos(u), np.sin(v) * np.sin(u), np.cos(v)], axis=-1)
    a, b, c, d = points[:-1, :-1], points[1:, :-1], points[1:, 1:], points[:-1, 1:]
    corners = np.concatenate([np.stack([a, b, c], axis=2), np.stack([a, c, d], axis=2)]).reshape(-1, 3, 3)
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    return weld(corners[area > 1e-9].astype(np.float32))
