# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Tasks of humanoids with objects of other sizes: signals follow them, scripts are refused."""

from types import SimpleNamespace

import pytest
import torch

from isaaclab_mimic_core.errors import DeviceError
from isaaclab_mimic_core.sim.object_scale import scale_objects
from isaaclab_mimic_core.tasks.g1_pick_place.local_scene import EDGE
from isaaclab_mimic_core.tasks.g1_pick_place.signals import signals_of as carry_signals
from isaaclab_mimic_core.tasks.gr1t2_exhaust_pipe.local_scene import PIPE_LENGTH
from isaaclab_mimic_core.tasks.gr1t2_exhaust_pipe.script import ScriptedPipeHandover
from isaaclab_mimic_core.tasks.gr1t2_exhaust_pipe.signals import signals_of as pipe_signals
from isaaclab_mimic_core.tasks.gr1t2_nut_pour.local_scene import BOWL_HEIGHT, BOWL_RADIUS
from isaaclab_mimic_core.tasks.gr1t2_nut_pour.script import ScriptedPourer
from isaaclab_mimic_core.tasks.gr1t2_nut_pour.signals import signals_of as pour_signals
from isaaclab_mimic_core.tasks.gr1t2_pick_place import local_scene as pick_place
from isaaclab_mimic_core.tasks.gr1t2_pick_place.script import ScriptedHandover
from isaaclab_mimic_core.tasks.gr1t2_pick_place.signals import signals_of as pick_signals

HEIGHT = 1.0
"""Of all objects in the configuration [m]."""


def env_with(scale: str, **positions: tuple[float, float, float]) -> SimpleNamespace:
    """Return an environment with objects at these positions."""
    poses = torch.eye(4).repeat(1, len(positions), 1, 1)
    poses[0, :, :3, 3] = torch.tensor(list(positions.values()))
    thing = SimpleNamespace(init_state=SimpleNamespace(pos=(0.0, 0.0, HEIGHT)))
    return SimpleNamespace(
        info={"assets": "local"} | ({"object_scale": scale} if scale else {}),
        cfg=SimpleNamespace(scene=SimpleNamespace(**dict.fromkeys(positions, thing))),
        object_names=list(positions),
        object_pose=lambda: poses,
        device="cpu",
    )


@pytest.mark.parametrize(("scale", "brought"), [("", True), ("black_sorting_bin=2.0", True), ("", False)])
def test_a_pipe_is_brought_when_it_is_higher_than_it_stood(scale, brought):
    env = env_with(scale, blue_exhaust_pipe=(0.0, 0.3, HEIGHT + (0.07 if brought else 0.05)))
    assert pipe_signals(env).signals()["idle_right_1"].tolist() == [brought]


@pytest.mark.parametrize("more", [0.05, 0.07])
def test_a_longer_pipe_stands_higher(more):
    env = env_with("blue_exhaust_pipe=1.2", blue_exhaust_pipe=(0.0, 0.3, HEIGHT + 0.2 * PIPE_LENGTH + more))
    assert pipe_signals(env).signals()["idle_right_1"].tolist() == [more > 0.06]


@pytest.mark.parametrize(
    ("scale", "x", "z", "poured"),
    [
        ("", 1.2, 0.5, False),
        ("", 0.0, 1.2, False),
        ("", 0.0, 0.5, True),
        ("sorting_bowl=1.5", 1.2, 1.2, True),
        ("sorting_bowl=0.5", 0.0, 0.6, False),
        ("factory_nut=1.5", 1.2, 1.2, False),
    ],
)
def test_the_nut_is_poured_when_it_is_in_the_bowl_as_large_as_that_is(scale, x, z, poured):
    nut = (x * BOWL_RADIUS, 0.0, HEIGHT + z * BOWL_HEIGHT)
    env = env_with(scale, sorting_beaker=(0.3, 0.0, HEIGHT), sorting_bowl=(0.0, 0.0, HEIGHT), factory_nut=nut)
    assert pour_signals(env).signals()["idle_right"].tolist() == [poured]


@pytest.mark.parametrize("script", [ScriptedHandover, ScriptedPourer, ScriptedPipeHandover])
def test_scripts_refuse_objects_of_other_sizes(script):
    with pytest.raises(DeviceError, match="the task's own size"):
        script(env_with("anything=1.2", anything=(0.0, 0.0, 0.0)), 1)


@pytest.mark.parametrize(
    ("scale", "apart", "let_go"),
    [("", 0.165, True), ("", 0.155, False), ("object=2.0", 0.175, False), ("object=2.0", 0.19, True)],
)
def test_a_thicker_rod_is_let_go_of_farther_from_the_wrist(scale, apart, let_go):
    env = env_with(scale, object=(0.0, 0.0, HEIGHT))
    hand = torch.eye(4).repeat(1, 1, 1, 1)
    hand[0, 0, :3, 3] = torch.tensor([apart, 0.0, HEIGHT])
    env.eef_names, env.eef_pose = ("left",), lambda: hand
    assert pick_signals(env).signals()["idle_right"].tolist() == [let_go]


@pytest.mark.parametrize(
    ("scale", "apart", "reached"),
    [("", 0.249, True), ("", 0.251, False), ("object=2.0", 0.271, True), ("object=2.0", 0.25 + EDGE, False)],
)
def test_a_thicker_rod_is_in_reach_farther_from_the_wrist(scale, apart, reached):
    env = env_with(scale, object=(0.0, 0.0, HEIGHT))
    hand = torch.eye(4).repeat(1, 1, 1, 1)
    hand[0, 0, :3, 3] = torch.tensor([apart, 0.0, HEIGHT])
    env.eef_names, env.eef_pose = ("right",), lambda: hand
    assert carry_signals(env).signals()["idle_right"].tolist() == [reached]


def rod(factor: float) -> dict[str, list[float]]:
    """Return the sizes of the rod that is spawned, its center of mass [m], and its mass [kg]."""
    import isaaclab.sim as sim_utils
    from isaaclab.assets import AssetBaseCfg, RigidObjectCfg
    from isaaclab.sim.utils import use_stage
    from pxr import Usd, UsdGeom, UsdPhysics

    nothing = sim_utils.UsdFileCfg(usd_path="wheel.usd")
    scene = SimpleNamespace(
        object=RigidObjectCfg(prim_path="/World/Object", spawn=nothing),
        packing_table=AssetBaseCfg(prim_path="/World/Table", spawn=nothing),
        ground=AssetBaseCfg(prim_path="/World/Ground", spawn=nothing),
        robot=SimpleNamespace(spawn=SimpleNamespace(activate_contact_sensors=True)),
    )
    cfg = SimpleNamespace(scene=scene, events=SimpleNamespace())
    pick_place.use_local_assets(cfg, "ovphysx")
    scale_objects(cfg, {"object": (factor, factor)})
    spawn = scene.object.spawn
    stage = Usd.Stage.CreateInMemory()
    with use_stage(stage):
        prim = spawn.func("/World/Object", spawn)
    cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), [UsdGeom.Tokens.default_])
    parts = {"all": prim, "rod": stage.GetPrimAtPath("/World/Object/rod")}
    mass = UsdPhysics.MassAPI(prim)
    found = {name: list(cache.ComputeLocalBound(each).ComputeAlignedRange().GetSize()) for name, each in parts.items()}
    return {**found, "center": list(mass.GetCenterOfMassAttr().Get()), "mass": [mass.GetMassAttr().Get()]}


def test_all_parts_of_a_rod_are_scaled():
    usual, smaller = rod(1.0), rod(0.8)
    foot = 2 * pick_place.FOOT_RADIUS
    assert usual["all"] == pytest.approx([foot, foot, pick_place.HEIGHT], abs=1e-6)
    for what, power in (("all", 1), ("rod", 1), ("center", 1), ("mass", 3)):
        assert smaller[what] == pytest.approx([0.8**power * each for each in usual[what]], abs=1e-6), what
