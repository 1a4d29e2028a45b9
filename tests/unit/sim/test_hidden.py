# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What nobody can see of a body is left out of the rasteriser's scene, and nothing else."""

import numpy as np
import pytest

from isaaclab_mimic_core.sim.preparing import prepare

prepare()

from isaaclab_mimic_core.sim.rendering import hidden  # noqa: E402
from isaaclab_mimic_core.sim.rendering.detail import levels_of_detail  # noqa: E402
from isaaclab_mimic_core.sim.rendering.hidden import Part, without_hidden  # noqa: E402
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


def counts(surfaces: list[Surface]) -> list[tuple[int, int]]:
    """Of each surface its triangles, and how many of them are seen from the front only."""
    return [(len(surface.faces), surface.one_sided) for surface in surfaces]


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


def test_equal_bodies_are_looked_at_once_and_never_again(monkeypatch):
    looked = []
    look = hidden._look_around
    monkeypatch.setattr(hidden, "_look_around", lambda body: looked.append(len(body.faces)) or look(body))
    surfaces = [box(0.1), box(0.02)]
    turned = np.array([0.0, 0.0, 0.5, 0.0, 0.0, 0.6, 0.8])
    # The same two parts elsewhere, and in another arrangement.
    elsewhere = [Part(0, turned), Part(1, turned + np.eye(7)[2] * 0.05)]
    bodies = [[at(0), at(1, 0.0, 0.0, 0.05)], elsewhere, [at(0), at(1, 0.0, 0.0, 0.09)]]
    first = without_hidden(surfaces, bodies)
    assert looked == [24, 24]
    again = without_hidden(surfaces, bodies)
    assert looked == [24, 24] and counts(again) == counts(first)


def test_coarser_levels_are_one_sided_where_the_surface_is():
    shell = box(0.1, cells=8)
    (closed,) = without_hidden([shell], [[at(0)]])
    (opened,) = without_hidden([box(0.1, sides=5, cells=8)], [[at(0)]])
    for level in levels_of_detail(closed):
        assert level.surface.one_sided == len(level.surface.faces) > 0
    for level in levels_of_detail(opened):
        assert level.surface.one_sided == 0 < len(level.surface.faces)
