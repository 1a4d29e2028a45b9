# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What nobody can see of a body is left out of the rasteriser's scene, and nothing else."""

from itertools import pairwise

import numpy as np
import pytest

from isaaclab_mimic_core.sim.preparing import prepare

prepare()

from isaaclab_mimic_core.sim.rendering import hidden  # noqa: E402
from isaaclab_mimic_core.sim.rendering.detail import levels_of_detail  # noqa: E402
from isaaclab_mimic_core.sim.rendering.hidden import Part  # noqa: E402
from isaaclab_mimic_core.sim.rendering.surfaces import Surface, weld  # noqa: E402

SIDES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("MIMIC_CACHE", str(tmp_path))


def box(half: float, sides: int = 6, cells: int = 1) -> Surface:
    """A box without its last sides, each side of `cells` x `cells` squares."""
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32) * half
    corners = []
    grid = np.linspace(0.0, 1.0, cells + 1)
    for a, b, _, d in SIDES[:sides]:
        at = signs[a] + grid[:, None, None] * (signs[b] - signs[a]) + grid[None, :, None] * (signs[d] - signs[a])
        p, q, r, s = at[:-1, :-1], at[1:, :-1], at[1:, 1:], at[:-1, 1:]
        corners += [np.stack([p, q, r], axis=2), np.stack([p, r, s], axis=2)]
    return weld(np.concatenate([each.reshape(-1, 3, 3) for each in corners]))


def at(surface: int, *position: float) -> Part:
    return Part(surface, np.array([*(position or (0.0, 0.0, 0.0)), 0.0, 0.0, 0.0, 1.0]))


def without_hidden(surfaces: list[Surface], bodies: list[list[Part]], whole: tuple[int, ...] = ()) -> list[Surface]:
    parts = hidden.without_hidden(surfaces, bodies, whole)
    while True:
        try:
            next(parts)
        except StopIteration as end:
            return end.value


def counts(surfaces: list[Surface]) -> list[tuple[int, int]]:
    """Of each surface its triangles, and how many of them are seen from the front only."""
    return [(len(surface.faces), surface.single_sided) for surface in surfaces]


def test_a_box_is_seen_from_outside_and_an_open_one_from_inside_too():
    inside_out = weld(box(0.1).corners[:, ::-1])
    surfaces = [box(0.1), box(0.1, sides=5), inside_out]
    assert counts(without_hidden(surfaces, [[at(i)] for i in range(3)])) == [(12, 12), (10, 0), (12, 0)]


def test_what_a_body_encloses_is_left_out_and_what_another_body_does_is_not():
    outer, inner = box(0.1), box(0.02)
    assert counts(without_hidden([outer, inner], [[at(0), at(1)]])) == [(12, 12), (0, 0)]
    assert counts(without_hidden([outer, inner], [[at(0)], [at(1)]])) == [(12, 12), (12, 12)]
    # A surface that two bodies have is kept for the one that shows it; half of one looks out of the other.
    both = without_hidden([outer, inner], [[at(0), at(1)], [at(0), at(1, 0.1, 0.0, 0.0)]])
    assert counts(both)[0] == (12, 12) and counts(both)[1][0] >= 10
    assert np.ptp(both[1].points, axis=0) == pytest.approx([0.04] * 3)


def test_what_may_be_a_room_stays_whole():
    room, lamp = box(2.0), box(0.1)
    kept = without_hidden([room, lamp], [[at(1)]], whole=(0, 1))
    assert counts(kept) == [(12, 0), (12, 0)]


def test_the_wall_of_a_tube_is_seen_as_deep_as_it_goes():
    around, along = np.linspace(0, 2 * np.pi, 25), np.linspace(-0.4, 0.4, 41)
    rings = np.stack([np.cos(around), np.sin(around), 0 * around], axis=-1)
    corners = []
    # Outside, and the inner wall, ten times as long as it is wide: its middle looks out in 1/100 of all directions.
    for radius, order in ((0.05, 1), (0.04, -1)):
        at_ring = [rings * (radius, radius, 0.0) + (0.0, 0.0, z) for z in along]
        for low, high in pairwise(at_ring):
            a, b, c, d = low[:-1], low[1:], high[1:], high[:-1]
            corners += [np.stack([a, b, c], axis=1)[:, ::order], np.stack([a, c, d], axis=1)[:, ::order]]
    tube = weld(np.concatenate(corners).astype(np.float32))
    (seen,) = without_hidden([tube], [[at(0)]])
    assert len(seen.faces) == len(tube.faces)


def test_triangles_without_area_and_surfaces_without_triangles_are_nothing():
    sliver = np.array([[[0.0, 0.0, 0.0], [0.01, 0.0, 0.0], [0.02, 0.0, 0.0]]], np.float32)
    inner = weld(np.concatenate([box(0.02).corners, sliver]))
    empty = weld(np.zeros((0, 3, 3), np.float32))
    assert len(inner.faces) == 13
    found = without_hidden([box(0.1), inner, empty], [[at(0), at(1), at(2)], [at(2)]])
    assert counts(found) == [(12, 12), (0, 0), (0, 0)]


def test_attributes_stay_with_their_triangles():
    inner, random = box(0.02, cells=6), np.random.default_rng(1)
    lower = inner.corners[..., 2].mean(axis=1) < -0.019
    colors = random.random((len(inner.faces), 3, 3)).astype(np.float32)
    painted = Surface(inner.points, inner.faces, colors=colors)
    # It stands in a hole of the floor, which hides its underside.
    floor = box(0.02)
    (kept, _) = without_hidden([painted, floor], [[at(0), at(1, 0.0, 0.0, -0.04)]])
    assert len(kept.points) < len(inner.points)
    of = {corners.tobytes(): color for corners, color in zip(inner.corners, colors, strict=True)}
    for corners, color in zip(kept.corners, kept.colors, strict=True):
        assert (of[corners.tobytes()] == color).all()
    # At its edge rays pass between the two, so a triangle that touches it may stay.
    assert set(map(bytes, inner.corners[~lower])) <= set(map(bytes, kept.corners))


def test_equal_bodies_are_looked_at_once_and_large_ones_never_again(monkeypatch, tmp_path):
    looked = []
    look = hidden._look_around
    monkeypatch.setattr(hidden, "_look_around", lambda body: looked.append(len(body.faces)) or look(body))
    surfaces = [box(0.1, cells=10), box(0.02)]
    bodies = [[at(0), at(1, 0.0, 0.0, z)] for z in (0.05, 0.05, 0.09)]
    first = without_hidden(surfaces, bodies)
    assert looked == [1212, 1212]
    assert counts(without_hidden(surfaces, bodies)) == counts(first) and looked == [1212, 1212]
    kept = sorted(tmp_path.rglob("*.npz"))
    assert len(kept) == 2
    # In another scene, of copies that stand far from the origin: rounding, and the other sign of a quaternion.
    rounded = [[Part(each.surface, -each.pose) if each.surface else each for each in body] for body in bodies]
    for body, (_, lid) in zip(rounded, bodies, strict=True):
        body[1].pose[:3] = lid.pose[:3] + 2e-6
    assert counts(without_hidden(surfaces, bodies + rounded)) == counts(first) and looked == [1212, 1212]
    # A file of other arrays, or of fewer triangles, is damaged: all is made anew.
    np.savez(kept[0], other=np.zeros(3))
    np.savez(kept[1], sides=np.zeros((7, 2), bool))
    assert counts(without_hidden(surfaces, bodies)) == counts(first) and looked == [1212] * 4
    # Of small bodies no file is kept.
    without_hidden(surfaces[1:], [[at(0)]])
    assert len(list(tmp_path.rglob("*.npz"))) == 2


def test_coarser_levels_are_single_sided_where_the_surface_is():
    ways = {"closed": box(0.1, cells=8), "open": box(0.1, sides=5, cells=8)}
    # A closed box with a fin, which is seen from both sides.
    fin = np.array([[[0.1, -0.1, 0.1], [0.1, 0.1, 0.1], [0.3, 0.0, 0.3]]], np.float32)
    cut = np.linspace(0.0, 1.0, 9)
    fins = [
        fin[0, 0] + np.array([[u, v], [u + 1 / 8, v], [u, v + 1 / 8]]) @ (fin[0, 1:] - fin[0, 0])
        for u in cut[:-1]
        for v in cut[:-1]
        if u + v < 0.99
    ]
    ways["finned"] = weld(np.concatenate([ways["closed"].corners, np.array(fins, np.float32)]))
    for name, surface in ways.items():
        (seen,) = without_hidden([surface], [[at(0)]])
        levels = levels_of_detail(seen)
        assert len(levels) > 2, name
        for level in levels:
            faces = len(level.surface.faces)
            wanted = {"closed": faces, "open": 0}.get(name)
            if wanted is None:
                assert 0 < level.surface.single_sided < faces
                # What is seen from both sides is the fin, and what touches it.
                double = level.surface.corners[level.surface.single_sided :]
                assert (double[..., 0].max(axis=1) > 0.099).all()
            else:
                assert level.surface.single_sided == wanted
