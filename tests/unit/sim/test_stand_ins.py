# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Assets of NVIDIA's server are replaced by what has their size, in scenes that we do not know."""

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("isaaclab_tasks")

from isaaclab_mimic_core.datagen.config import leave_out_subtasks
from isaaclab_mimic_core.devices.scripted import ScriptSettings
from isaaclab_mimic_core.devices.scripted.device import check as check_script
from isaaclab_mimic_core.devices.scripted.device import script_of
from isaaclab_mimic_core.errors import ConfigError, DeviceError, TaskError
from isaaclab_mimic_core.plugins import RobotSpec, TaskSpec
from isaaclab_mimic_core.robots.derived.fingers import Fingers
from isaaclab_mimic_core.robots.derived.fingers import _command as fingers_command
from isaaclab_mimic_core.sim.assets.cloud import cloud_paths
from isaaclab_mimic_core.sim.assets.stand_ins import use_stand_ins, without_stand_in
from isaaclab_mimic_core.sim.object_sizes import Box
from isaaclab_mimic_core.sim.repairs.body_names import forget_body_names
from isaaclab_mimic_core.tasks import open_env
from isaaclab_mimic_core.tasks import scripted_picker as picker
from isaaclab_mimic_core.tasks.listing import left_to_cloud


@pytest.fixture
def lift():
    from isaaclab_tasks.contrib.lift.config.franka.ik_rel_env_cfg import FrankaCubeLiftEnvCfg

    return FrankaCubeLiftEnvCfg()


def test_the_lift_scene_needs_nothing_of_the_cloud(lift):
    assert cloud_paths(lift.scene) and without_stand_in(lift.scene) == []
    rigid = lift.scene.object.spawn.rigid_props
    use_stand_ins(lift.scene, "ovphysx")
    assert cloud_paths(lift.scene) == []
    cube, table, ground = lift.scene.object.spawn, lift.scene.table, lift.scene.plane
    assert cube.size == pytest.approx((0.048,) * 3) and cube.rigid_props == rigid
    assert cube.mass_props[0].mass == pytest.approx(0.216 * 0.8**3)
    assert table.init_state.pos[2] + table.spawn.size[2] / 2 == pytest.approx(0.0)
    assert ground.init_state.pos[2] + ground.spawn.size[2] / 2 == pytest.approx(-1.05)
    assert table.spawn.rigid_props is None and ground.spawn.mass_props is None


def test_a_stand_in_keeps_what_the_task_says(lift):
    from isaaclab.sim.schemas import MassCfg, UsdPhysicsCollisionCfg

    spawn = lift.scene.object.spawn
    spawn.mass_props, spawn.collision_props = [MassCfg(mass=0.5)], [UsdPhysicsCollisionCfg(collision_enabled=False)]
    spawn.activate_contact_sensors, spawn.semantic_tags = True, [("class", "cube")]
    use_stand_ins(lift.scene, "ovphysx")
    box = lift.scene.object.spawn
    assert box is not spawn and box.mass_props[0].mass == 0.5 and not box.collision_props[0].collision_enabled
    assert box.activate_contact_sensors and box.semantic_tags == [("class", "cube")]


def test_local_assets_of_task_and_robot_leave_less_to_the_cloud(lift):
    from isaaclab.utils.assets import ISAAC_NUCLEUS_DIR

    lift.scene.robot.spawn.usd_path = f"{ISAAC_NUCLEUS_DIR}/Robots/Some/arm.usd"
    lift.scene.object.spawn.usd_path = f"{ISAAC_NUCLEUS_DIR}/Props/Mugs/mug.usd"
    arm, mug = ["Isaac/Robots/Some/arm.usd"], ["Isaac/Props/Mugs/mug.usd"]
    robot = RobotSpec("arm", "An arm", batched={}, local_assets="module:use")
    task = TaskSpec("Some-Env", local_assets="module:use")
    assert sorted(left_to_cloud(lift.scene, None, None)) == mug + arm
    assert left_to_cloud(lift.scene, robot, None) == mug
    assert left_to_cloud(lift.scene, None, task) == arm
    assert left_to_cloud(lift.scene, robot, task) == []


def test_what_has_no_stand_in_stays_and_is_named_together(lift):
    from isaaclab.utils.assets import ISAAC_NUCLEUS_DIR

    lift.scene.object.spawn.usd_path = f"{ISAAC_NUCLEUS_DIR}/Props/Mugs/mug.usd"
    lift.scene.table.spawn.usd_path = f"{ISAAC_NUCLEUS_DIR}/Props/Desk/desk.usd"
    left = ["Isaac/Props/Desk/desk.usd", "Isaac/Props/Mugs/mug.usd"]
    assert sorted(without_stand_in(lift.scene)) == left
    with pytest.raises(TaskError) as error:
        open_env._use_local_assets(TaskSpec("Some-Env"), None, lift, "ovphysx")
    assert all(name in error.value.what for name in left)
    assert sorted(cloud_paths(lift.scene)) == left


def test_names_of_bodies_are_forgotten_only_of_rigid_objects(lift):
    reset = lift.events.reset_object_position.params["asset_cfg"]
    assert reset.body_names == "Object"
    forget_body_names(lift)
    assert reset.body_names is None
    assert lift.commands.object_pose.body_name == "panda_hand"


def test_rewards_for_terminations_go_with_them(lift):
    from isaaclab.envs import mdp
    from isaaclab.managers import RewardTermCfg

    done: Any = mdp.is_terminated_term
    lift.rewards.done = RewardTermCfg(func=done, weight=1.0, params={"term_keys": "success"})
    assert open_env._take_over(lift, 1, needs_success=False) is None
    assert lift.rewards.done is None and lift.rewards.lifting_object is not None and lift.terminations is None


@pytest.mark.parametrize(
    ("refs", "pairs", "holds"),
    [
        (["cube"], [(1, 1)], True),
        (["cube", "cube"], [(1, 1)], True),
        (["cube", "bowl"], [(1, 0)], False),
        (["cube", "bowl", "lid", "cube"], [(1, 0), (2, 1)], False),
    ],
)
def test_the_general_script_follows_the_subtasks(refs, pairs, holds):
    cfg = SimpleNamespace()
    leave_out_subtasks(cfg, ["robot"])
    from isaaclab_mimic_core.envs.mimic_cfg import SubTaskConfig

    cfg.subtask_configs["robot"] = [
        SubTaskConfig(object_ref=ref, subtask_term_signal="done" if left else None)
        for ref, left in zip(refs, range(len(refs) - 1, -1, -1), strict=True)
    ]
    env: Any = SimpleNamespace(cfg=cfg, object_names=("bowl", "cube", "lid"), frame_names=(), info={"task": "t"})
    assert picker._pairs(env) == (pairs, holds)
    env.frame_names = ("cube",)
    with pytest.raises(TaskError, match="the frame cube is no object to take"):
        picker._pairs(env)
    cfg.subtask_configs["other"] = cfg.subtask_configs["robot"]
    with pytest.raises(TaskError, match="several arms"):
        picker._pairs(env)
    env.object_names = ("bowl", "lid")
    with pytest.raises(ConfigError, match="'cube' is not in the scene"):
        picker._pairs(env)


def test_the_general_script_is_for_one_arm(tmp_path):
    file = tmp_path / "task.yaml"
    told = "name: a\nenv: Isaac-Lift-Cube-Franka-IK-Rel-v0\nsubtasks:\n  left: [{object_ref: cube}]\n"
    file.write_text(told)
    assert script_of(str(file)).endswith(":ScriptedPicker")
    file = tmp_path / "arms.yaml"
    file.write_text(f"{told}  right: [{{object_ref: cube}}]\n")
    with pytest.raises(DeviceError, match="several arms"):
        check_script(ScriptSettings(), str(file))


def test_the_general_script_needs_sizes():
    found = {"cube": Box((0.1, 0.2, 0.02)), "bowl": Box((0.1, 0.1, 0.05))}
    assert picker._heights(("cube", "bowl"), [(0, 1)], found, "t") == pytest.approx([0.07])
    with pytest.raises(TaskError, match="size of lid is unknown"):
        picker._heights(("cube", "lid"), [(0, 1)], found, "t")


def test_the_general_script_commands_the_gripper_as_its_action_says():
    from isaaclab.envs.mdp import AbsBinaryJointPositionActionCfg, BinaryJointPositionActionCfg

    def hand(cfg) -> Fingers:
        return Fingers("robot", 0, (7, 8), (0.04, 0.04), (0.0, 0.0), "robot", fingers_command(cfg))

    def binary(kind, **values):
        return kind(asset_name="robot", joint_names=[], open_command_expr={}, close_command_expr={}, **values)

    assert picker._gripper(hand(binary(BinaryJointPositionActionCfg)), 1, "t") == (1.0, -1.0)
    turned = binary(AbsBinaryJointPositionActionCfg, threshold=0.5, positive_threshold=False)
    assert picker._gripper(hand(turned), 1, "t") == (-0.5, 1.5)
    for fingers, columns in ((Fingers("robot", 0, ()), 1), (hand(turned), 11)):
        with pytest.raises(TaskError, match="not one binary joint position"):
            picker._gripper(fingers, columns, "t")
