# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The rasteriser's scene of a Newton model: its visible shapes, each surface once, and colours that USD has."""

import numpy as np
import pytest

from isaaclab_mimic_core.errors import TaskError
from isaaclab_mimic_core.sim.preparing import prepare

prepare()

import newton  # noqa: E402
import warp as wp  # noqa: E402
from pxr import Gf, Usd, UsdGeom, Vt  # noqa: E402

from isaaclab_mimic_core.sim.rendering.newton_model import scene_of, vertex_colors  # noqa: E402
from isaaclab_mimic_core.sim.rendering.surfaces import from_newton  # noqa: E402

TRIANGLE = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]


def test_shapes_have_the_size_that_the_model_says_and_face_outwards(monkeypatch, tmp_path):
    monkeypatch.setenv("MIMIC_CACHE", str(tmp_path))
    kinds = newton.GeoType
    for kind, scale, size in (
        (kinds.BOX, (1.0, 2.0, 3.0), (2, 4, 6)),
        (kinds.SPHERE, (0.5, 0.0, 0.0), (1, 1, 1)),
        (kinds.CAPSULE, (0.5, 1.0, 0.0), (1, 1, 3)),
        (kinds.CYLINDER, (0.5, 1.0, 0.0), (1, 1, 2)),
        (kinds.CONE, (0.5, 1.0, 0.0), (1, 1, 2)),
        (kinds.ELLIPSOID, (0.5, 1.0, 2.0), (1, 2, 4)),
        (kinds.PLANE, (3.0, 2.0, 0.0), (3, 2, 0)),
    ):
        surface = from_newton(int(kind), scale, None)
        assert np.ptp(surface.points, axis=0) == pytest.approx(size, abs=0.02), kind
        if kind == kinds.PLANE:
            continue
        # Triangles face outwards: those of a closed shape are seen from the front only.
        builder = newton.ModelBuilder()
        builder.add_shape(body=builder.add_body(), type=int(kind), scale=scale)
        geometry = scene_of(builder.finalize(device="cpu"), Usd.Stage.CreateInMemory(), detail=True).geometry
        faces, single = geometry.level_face.numpy()[1], geometry.level_single_sided.numpy()[0]
        assert faces == single == len(surface.faces), kind
    with pytest.raises(TaskError, match="gaussian"):
        from_newton(int(kinds.GAUSSIAN), (1.0, 1.0, 1.0), None)


def test_a_room_that_does_not_move_is_seen_from_inside():
    builder = newton.ModelBuilder()
    builder.add_shape_box(-1, hx=2.0, hy=2.0, hz=2.0)
    builder.add_shape_box(-1, hx=0.1, hy=0.1, hz=0.1)
    geometry = scene_of(builder.finalize(device="cpu"), Usd.Stage.CreateInMemory(), detail=True).geometry
    assert geometry.level_face.numpy().tolist() == [0, 12, 24]
    assert geometry.level_single_sided.numpy().tolist() == [0, 0]


def test_worlds_share_surfaces_and_hidden_shapes_are_left_out():
    robot = newton.ModelBuilder()
    body = robot.add_body()
    mesh = newton.Mesh(TRIANGLE, [0, 1, 2], compute_inertia=False)
    robot.add_shape_mesh(body, mesh=mesh)
    robot.add_shape_box(body, hx=0.1, hy=0.1, hz=0.1, cfg=newton.ModelBuilder.ShapeConfig(is_visible=False))
    builder = newton.ModelBuilder()
    builder.add_ground_plane()
    for _ in range(3):
        builder.add_world(robot)
    model = builder.finalize(device="cpu")
    scene = scene_of(model, Usd.Stage.CreateInMemory(), detail=True)
    geometry = scene.geometry
    assert scene.num_worlds == 3 and scene.num_slots == 2
    assert len(geometry.surface_bounds) == 2, "a plane and a mesh"
    shown = geometry.shape_index.numpy()[geometry.slot_shape.numpy()]
    worlds = model.shape_world.numpy()[shown]
    assert worlds.tolist() == [[-1, 0], [-1, 1], [-1, 2]]
    assert (scene.still.numpy().tolist(), scene.moving.numpy().tolist()) == ([0], [1])


def test_particles_are_refused_with_what_can_draw_them():
    builder = newton.ModelBuilder()
    builder.add_particle(pos=wp.vec3(0.0), vel=wp.vec3(0.0), mass=1.0)
    with pytest.raises(TaskError, match="NewtonWarpRendererCfg"):
        scene_of(builder.finalize(device="cpu"), Usd.Stage.CreateInMemory(), detail=True)


def test_colours_of_vertices_are_read_where_usd_has_them():
    stage = Usd.Stage.CreateInMemory()
    mesh = UsdGeom.Mesh.Define(stage, "/World/part")
    mesh.CreatePointsAttr([Gf.Vec3f(*point) for point in TRIANGLE])
    primvar = mesh.CreateDisplayColorPrimvar(UsdGeom.Tokens.vertex)
    primvar.Set(Vt.Vec3fArray([(1, 0, 0), (0, 1, 0), (0, 0, 1)]))
    assert vertex_colors(stage, "/World/part", 3).tolist() == np.eye(3).tolist()
    assert vertex_colors(stage, "/World/part_visual", 3) is not None
    assert vertex_colors(stage, "/World/part", 4) is None
    assert vertex_colors(stage, "/World/other", 3) is None
    primvar.SetInterpolation(UsdGeom.Tokens.constant)
    assert vertex_colors(stage, "/World/part", 3) is None
