# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Places that a configuration names: where they are, how they move, and which ones are refused."""

import math
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from isaaclab.assets import AssetBaseCfg
from isaaclab.envs import mimic_env_cfg as upstream
from isaaclab.utils import configclass

from isaaclab_mimic_core import rotations
from isaaclab_mimic_core.datagen.config import read_frames
from isaaclab_mimic_core.envs.frames import FramePoses, place_still_frames, scale_frames
from isaaclab_mimic_core.envs.mimic_cfg import FrameConfig, MimicEnvCfg
from isaaclab_mimic_core.errors import ConfigError
from isaaclab_mimic_core.tasks.signals.facts import live_facts

N = 3
QUARTER = (0.0, 0.0, math.sqrt(0.5), math.sqrt(0.5))
"""A quarter turn about z."""


def rows(values) -> Any:
    return SimpleNamespace(torch=torch.tensor(values, dtype=torch.float32))


def body(x: float, turn=(0.0, 0.0, 0.0, 1.0), spin=(0.0, 0.0, 0.0)) -> Any:
    """Return an asset at x in each environment, which moves by 0.1 m/s along y, and turns."""
    pose = [[x + 10.0 * env, 0.0, 0.5, *turn] for env in range(N)]
    data = SimpleNamespace(
        root_pose_w=rows(pose),
        root_pos_w=rows([row[:3] for row in pose]),
        root_quat_w=rows([turn] * N),
        root_com_pos_w=rows([row[:3] for row in pose]),
        root_lin_vel_w=rows([[0.0, 0.1, 0.0]] * N),
        root_ang_vel_w=rows([spin] * N),
    )
    return SimpleNamespace(data=data)


class Scene:
    """A bin, a drawer and a lamp in environments that are 10 m apart."""

    env_origins = torch.tensor([[10.0 * env, 0.0, 0.0] for env in range(N)])
    rigid_objects = {"bin": body(0.2, QUARTER, spin=(0.0, 0.0, 2.0))}
    articulations = {"drawer": body(0.7)}
    extras = {"lamp": None}

    def keys(self):
        return [*self.rigid_objects, *self.articulations, *self.extras]


def poses(*frames: tuple[str, Any], which: Any = slice(None)) -> tuple[FramePoses, torch.Tensor]:
    """Return frames of a scene, and their poses in some environments."""
    scene = Scene()
    found = FramePoses(read_frames(SimpleNamespace(frame_configs=dict(frames))), scene, ["bin"])
    root = scene.rigid_objects["bin"].data.root_pose_w.torch[which]
    bodies = rotations.pose_from_quat(root[:, :3] - scene.env_origins[which], root[:, 3:])[:, None]
    return found, found.poses(bodies, which)


def test_frames_are_fixed_in_the_environment_or_to_an_asset():
    goal = ("goal", FrameConfig(pos=(0.4, 0.3, 0.0), rot=QUARTER))
    slot, handle = (
        ("slot", FrameConfig(parent="bin", pos=(0.1, 0.0, 0.05))),
        ("handle", FrameConfig("drawer", (0, 0, 1))),
    )
    found, there = poses(goal, slot, handle)
    assert found.names == ("goal", "slot", "handle") and there.shape == (N, 3, 4, 4)
    # The bin is turned by 90 degrees, so its x axis is the environment's y axis.
    expected = torch.tensor([[0.4, 0.3, 0.0], [0.2, 0.1, 0.55], [0.7, 0.0, 1.5]])
    torch.testing.assert_close(there[..., :3, 3], expected.expand(N, 3, 3))
    turn = torch.tensor([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    torch.testing.assert_close(there[:, :2, :3, :3], turn.expand(N, 2, 3, 3))
    some = torch.tensor([2, 0])
    torch.testing.assert_close(poses(goal, slot, handle, which=some)[1], there[some])


def test_frames_move_with_their_parent():
    found, there = poses(("goal", FrameConfig()), ("slot", FrameConfig("bin", (0.1, 0.0, 0.0))))
    assert not found.velocity("goal", there[:, 0, :3, 3]).any()
    # 0.1 m/s, and 2 rad/s at 0.1 m along y: 0.2 m/s along -x.
    torch.testing.assert_close(found.velocity("slot", there[:, 1, :3, 3]), torch.tensor([[-0.2, 0.1, 0.0]] * N))


def test_signals_can_refer_to_frames():
    found, there = poses(("goal", FrameConfig(pos=(0.4, 0.3, 0.0))), ("slot", FrameConfig("bin", (0.1, 0.0, 0.0))))
    env = SimpleNamespace(
        env=SimpleNamespace(scene=Scene()),
        frames=found,
        frame_names=found.names,
        object_names=("goal", "slot"),
        object_pose=lambda: there,
        info={"object_scale": "bin=0.5", "object_boxes": {"bin": [[-0.1, -0.1, -0.02], [0.1, 0.1, 0.03]]}},
        device="cpu",
    )
    facts = live_facts(env, {})
    torch.testing.assert_close(facts.pose("goal"), torch.tensor([[0.4, 0.3, 0.0, 0.0, 0.0, 0.0, 1.0]] * N))
    torch.testing.assert_close(facts.velocity("slot"), torch.tensor([[-0.2, 0.1, 0.0]] * N))
    assert [facts.size(name) for name in ("bin", "slot", "goal", "drawer")] == [0.5, 0.5, 1.0, 1.0]
    # As far as it would be at its own size; nothing is known of the drawer.
    torch.testing.assert_close(facts.below("bin"), torch.full((N,), 0.04))
    assert not facts.below("drawer").any()


@pytest.mark.parametrize(
    ("name", "frame", "what"),
    [
        ("bin", {}, "'bin'.*has the name of something in the scene"),
        ("lamp", {}, "'lamp'.*has the name of something in the scene"),
        ("goal", {"parent": "shelf"}, "parent 'shelf' is not in the scene"),
        ("goal", {"pos": (0.0, 1.0)}, "pos is .* but must be 3 finite numbers"),
        ("goal", {"pos": (0.0, 1.0, float("nan"))}, "must be 3 finite numbers"),
        ("goal", {"rot": (0.0, 0.0, 0.0, 2.0)}, "must be a quaternion"),
        ("goal", {"parent": 3}, "parent is 3, but must be the name"),
        ("goal", {"pos": (0.0, -1e300, 0.0)}, "but must be within 1000 m"),
        ("bin/slot", {}, "is no name for a frame"),
        ("a\0b", {}, "is no name for a frame"),
        ("\ud800", {}, "is no name for a frame"),
        ("a" * 101, {}, "is no name for a frame"),
    ],
)
def test_frames_that_are_refused(name, frame, what):
    values = {"parent": None, "pos": (0.0, 0.0, 0.0), "rot": (0.0, 0.0, 0.0, 1.0), **frame}
    with pytest.raises(ConfigError, match=what):
        poses((name, SimpleNamespace(**values)))


def test_any_configuration_class_can_have_frames():
    @configclass
    class Theirs(upstream.MimicEnvCfg):
        frame_configs: dict = {"goal": FrameConfig(pos=(0.4, 0.0, 0.0))}

    assert [frame.name for frame in read_frames(Theirs())] == ["goal"]
    assert read_frames(MimicEnvCfg()) == () == read_frames(upstream.MimicEnvCfg())
    with pytest.raises(ConfigError, match="FrameConfig: rot is"):
        FrameConfig(rot=(1.0, 1.0, 0.0, 0.0))


def test_a_place_on_an_object_stays_on_it_in_another_size():
    frames = {"slot": FrameConfig("bin", (0.1, 0.0, 0.05), QUARTER), "goal": FrameConfig(pos=(0.4, 0.0, 0.0))}
    cfg = SimpleNamespace(frame_configs=frames)
    scale_frames(cfg, {"bin": 0.5})
    slot, goal = read_frames(cfg)
    assert slot.pos == pytest.approx((0.05, 0.0, 0.025)) and slot.rot == QUARTER
    assert goal.pos == (0.4, 0.0, 0.0)


def test_a_frame_of_a_table_is_placed_in_the_environment():
    def table(path: str) -> AssetBaseCfg:
        state = AssetBaseCfg.InitialStateCfg(pos=(0.5, 0.0, 0.1), rot=QUARTER)
        return AssetBaseCfg(prim_path=path, init_state=state)

    frames = {"goal": FrameConfig("table", (0.35, 0.1, 0.0)), "slot": FrameConfig("bin")}
    cfg = SimpleNamespace(scene=SimpleNamespace(table=table("{ENV_REGEX_NS}/Table")), frame_configs=frames)
    place_still_frames(cfg)
    goal, slot = read_frames(cfg)
    assert goal.parent is None and slot.parent == "bin"
    assert goal.pos == pytest.approx((0.4, 0.35, 0.1)) and goal.rot == pytest.approx(QUARTER)
    cfg.scene.table, cfg.frame_configs = table("/World/table"), {"goal": FrameConfig("table")}
    with pytest.raises(ConfigError, match=r"'goal'.*parent 'table' is not an asset of its own in each environment"):
        place_still_frames(cfg)
