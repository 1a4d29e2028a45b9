# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The environments that `open_env` gives: Isaac Lab's own task on real PhysX."""

import json
import time
from pathlib import Path

import pytest
import torch
from waiting import LONG

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.datagen.contract import MimicEnv

pytestmark = pytest.mark.sim

HERE = Path(__file__).parent
SIGNALS = {"grasp_1", "stack_1", "grasp_2"}


def reset(env, numbers) -> None:
    """Reset all environments, each to the initial state of a number."""
    keys = randomness.streams(7, "reset", torch.as_tensor(numbers, device=env.device))
    env.reset(torch.arange(env.num_envs, device=env.device), keys)


def test_it_is_upstreams_task(stack_env):
    env = stack_env
    reset(env, range(env.num_envs))
    assert type(env.env).__name__ == "FrankaCubeStackIKRelMimicEnv"
    assert env.object_names == ("cube_1", "cube_2", "cube_3")
    assert env.eef_names == ("franka",)
    assert set(env.term_signals()) == SIGNALS
    assert env.action_dim == 7 and env.processed_action_dim == 8
    assert {"eef_pos", "eef_quat", "gripper_pos", "object"} <= set(env.observations())
    assert env.info["physics"] == "ovphysx" and env.info["assets"] == "local"
    assert env.info["versions"]["isaaclab"]
    assert all(hasattr(env, name) for name in MimicEnv.__annotations__)


def test_the_robot_stands_on_a_fixed_base(stack_env):
    assert stack_env.env.scene["robot"].is_fixed_base


def test_nothing_polls_while_nothing_is_simulated(stack_env):
    def sleeps() -> int:
        """How often threads of this process have gone to sleep."""
        texts = [path.read_text() for path in Path("/proc/self/task").glob("*/status")]
        return sum(int(text.partition("\nvoluntary_ctxt_switches:")[2].split()[0]) for text in texts)

    before = sleeps()
    time.sleep(0.5)
    # Those of ovphysx's cooking alone would be 7000.
    assert sleeps() - before < 2500


def test_zero_action_holds_the_arm(stack_env):
    env = stack_env
    reset(env, range(env.num_envs))
    before = env.eef_pose()[:, 0, :3, 3].clone()
    joints = env.state()["articulation/robot/joint_position"].clone()
    for _ in range(20):
        env.step(torch.zeros(env.num_envs, env.action_dim, device=env.device))
    assert (env.eef_pose()[:, 0, :3, 3] - before).norm(dim=-1).max() < 1e-5
    assert (env.state()["articulation/robot/joint_position"] - joints).abs().max() < 1e-4


def test_cubes_rest_on_the_table_where_they_were_put(stack_env):
    env = stack_env
    reset(env, range(env.num_envs))
    for _ in range(10):
        env.step(torch.zeros(env.num_envs, env.action_dim, device=env.device))
    before = env.object_pose().clone()
    for _ in range(20):
        env.step(torch.zeros(env.num_envs, env.action_dim, device=env.device))
    assert (env.object_pose() - before).abs().max() < 1e-4
    assert (env.object_pose()[..., 2, 3] - 0.0203).abs().max() < 1e-3
    assert not env.success().any()


def test_equal_keys_give_equal_states_in_different_environments(stack_env):
    env = stack_env
    reset(env, [3, 4] * (env.num_envs // 2))
    first = {path: values.clone() for path, values in env.state().items()}
    for path, values in first.items():
        # Poses are relative to the environments' origins, which costs the last bits.
        assert (values[0::2] - values[0]).abs().max() < 2e-6, path
    assert (first["rigid_object/cube_1/root_pose"][0] - first["rigid_object/cube_1/root_pose"][1]).abs().max() > 1e-3
    # The same state again, whatever happened in between and whatever the others are reset to.
    for _ in range(5):
        env.step(torch.ones(env.num_envs, env.action_dim, device=env.device))
    reset(env, [3, *range(10, 9 + env.num_envs)])
    for path, values in env.state().items():
        assert (values[0] - first[path][0]).abs().max() < 2e-6, path


def test_only_the_environments_that_are_reset_change(stack_env):
    env = stack_env
    reset(env, range(env.num_envs))
    action = torch.full((env.num_envs, env.action_dim), 0.1, device=env.device)
    for _ in range(5):
        env.step(action)
    before = {path: values.clone() for path, values in env.state().items()}
    chosen = torch.tensor([1, 4], device=env.device)
    env.reset(chosen, randomness.streams(7, "reset", torch.tensor([50, 51], device=env.device)))
    others = [i for i in range(env.num_envs) if i not in chosen.tolist()]
    for path, values in env.state().items():
        assert torch.equal(values[others], before[path][others]), path
    moved = (
        env.state()["articulation/robot/joint_position"][chosen] - before["articulation/robot/joint_position"][chosen]
    )
    assert moved.abs().amax(dim=1).min() > 1e-3


def test_cubes_are_placed_apart_and_within_upstreams_range(stack_env):
    env = stack_env
    for turn in range(4):
        reset(env, range(100 * turn, 100 * turn + env.num_envs))
        places = env.object_pose()[:, :, :3, 3]
        assert (places[..., 0] >= 0.4 - 1e-5).all() and (places[..., 0] <= 0.6 + 1e-5).all()
        assert (places[..., 1].abs() <= 0.1 + 1e-5).all()
        gaps = torch.cdist(places, places)[:, *torch.triu_indices(3, 3, 1)]
        assert gaps.min() > 0.1 - 1e-4


@pytest.mark.parametrize("task", ["Isaac-Stack-Cube-Franka-IK-Abs-Mimic-v0"])
def test_the_task_with_absolute_actions(task, start_python):
    process = start_python(HERE / "hold_and_restore.py", task)
    out, err = process.communicate(timeout=LONG)
    assert process.returncode == 0, err[-3000:]
    found = json.loads(out.splitlines()[-1])
    assert found["env"] == "FrankaCubeStackIKAbsMimicEnv" and found["action_dim"] == 8
    # Holding a pose is a command here, and following it takes the drives some play.
    assert found["drift_m"] < 5e-3
    assert found["restored"] == 0.0
