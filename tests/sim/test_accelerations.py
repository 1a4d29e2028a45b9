# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Accelerations are computed for those who read them, and then are what they are in Isaac Lab, on real physics."""

import pytest
import torch

pytestmark = pytest.mark.sim


@pytest.fixture
def moving(stack_env):
    """Arms on their way and cubes that fall."""
    rows = torch.arange(stack_env.num_envs)
    stack_env.reset(rows, rows)
    scene = stack_env.env.scene
    robot, cube = scene["robot"], scene["cube_1"]
    pose = cube.data.root_link_pose_w.torch.clone()
    pose[:, 2] += 1.0
    cube.write_root_pose_to_sim_index(root_pose=pose)
    cube.write_root_velocity_to_sim_index(root_velocity=torch.zeros(len(rows), 6))
    stack_env.step(torch.full((len(rows), stack_env.action_dim), 0.2))
    yield stack_env, robot.data, cube.data
    for data in (robot.data, cube.data):
        data._accelerations_are_read = False


def _substep(env) -> None:
    env.scene.write_data_to_sim()
    env.sim.step(render=False)
    env.scene.update(env.physics_dt)


@torch.inference_mode()
def test_nobody_reads_them_nobody_computes_them(moving):
    _, robot, cube = moving
    # Resetting sets them to zero, which is no reading.
    assert cube._body_com_acc_w.timestamp < cube._sim_timestamp
    assert robot._joint_acc.timestamp < robot._sim_timestamp


@torch.inference_mode()
def test_who_reads_them_gets_the_difference_of_the_last_step(moving):
    stack_env, robot, cube = moving
    env = stack_env.env
    # Who reads once reads again.
    assert torch.isfinite(robot.joint_acc.torch).all() and torch.isfinite(cube.body_com_acc_w.torch).all()
    for _ in range(2):
        _substep(env)
        before = robot.joint_vel.torch.clone()
        _substep(env)
        expected = (robot.joint_vel.torch - before) / env.physics_dt
        torch.testing.assert_close(robot.joint_acc.torch, expected, atol=1e-2, rtol=1e-3)
        assert expected.abs().max() > 0.1, "the arms do not move, so nothing is compared"
        torch.testing.assert_close(
            cube.body_com_acc_w.torch[:, 0, 2], torch.full((stack_env.num_envs,), -9.81), atol=0.05, rtol=0
        )
