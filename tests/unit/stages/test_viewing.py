# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Scenes that can be simulated and not drawn: one error that says so, and no end of a run."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from isaaclab_mimic_core.errors import TaskError
from isaaclab_mimic_core.sim.preparing import prepare

prepare()

from pxr import Usd, UsdGeom, UsdPhysics  # noqa: E402

from isaaclab_mimic_core.picture import Camera  # noqa: E402
from isaaclab_mimic_core.sim.rendering.scene_view import SceneView  # noqa: E402
from isaaclab_mimic_core.stages.viewing import Viewing  # noqa: E402

ENV = "/World/envs/env_0"


def loose_joints(stage):
    for name in ("a", "b"):
        UsdPhysics.RigidBodyAPI.Apply(UsdGeom.Cube.Define(stage, f"{ENV}/{name}").GetPrim())
    for one, other in (("a", "b"), ("b", "a")):
        joint = UsdPhysics.RevoluteJoint.Define(stage, f"{ENV}/{one}_{other}")
        joint.CreateBody0Rel().SetTargets([f"{ENV}/{one}"])
        joint.CreateBody1Rel().SetTargets([f"{ENV}/{other}"])


def empty_mesh(stage):
    UsdGeom.Mesh.Define(stage, f"{ENV}/empty")


def fine_mesh(stage):
    """A mesh of so many triangles that it gets levels of detail."""
    side = 40
    x, y = np.meshgrid(np.linspace(0.0, 1.0, side), np.linspace(0.0, 1.0, side))
    mesh = UsdGeom.Mesh.Define(stage, f"{ENV}/fine")
    mesh.CreatePointsAttr([(float(a), float(b), float(a * b)) for a, b in zip(x.flat, y.flat, strict=True)])
    corners = [row * side + column for row in range(side - 1) for column in range(side - 1)]
    mesh.CreateFaceVertexIndicesAttr([at + step for at in corners for step in (0, 1, side + 1, side)])
    mesh.CreateFaceVertexCountsAttr([4] * len(corners))


def scene(build) -> SimpleNamespace:
    """What `SceneView` reads of Isaac Lab's environment."""
    stage = Usd.Stage.CreateInMemory()
    UsdGeom.Xform.Define(stage, ENV)
    build(stage)
    assets = SimpleNamespace(articulations={}, rigid_objects={})
    return SimpleNamespace(sim=SimpleNamespace(stage=stage), scene=assets, device="cpu")


@pytest.mark.parametrize(
    ("build", "said"), [(loose_joints, "joint"), (empty_mesh, ""), (fine_mesh, "fast_simplification")]
)
def test_a_scene_that_cannot_be_drawn_is_one_error_and_ends_no_run(build, said, monkeypatch, tmp_path):
    monkeypatch.setenv("MIMIC_CACHE", str(tmp_path))
    monkeypatch.setitem(sys.modules, "fast_simplification", None)
    env = scene(build)
    with pytest.raises(TaskError, match=f"{ENV}: the shapes of the scene cannot be drawn: .*{said}") as told:
        SceneView(env)
    assert "simulated all the same" in str(told.value) and str(told.value).count("\n") == 1
    viewing = Viewing(0.5)
    viewing.cameras = (Camera(64, 48, [1.0, 0.0, 1.0], [0.0, 0.0, 0.0]),)
    while not viewing.prepare(SimpleNamespace(env=env)):
        pass
    assert said in viewing.trouble and not viewing.is_wanted


def test_what_can_be_drawn_is_read(monkeypatch, tmp_path):
    monkeypatch.setenv("MIMIC_CACHE", str(tmp_path))
    viewing = Viewing(0.5)
    while not viewing.prepare(SimpleNamespace(env=scene(fine_mesh))):
        pass
    assert not viewing.trouble
