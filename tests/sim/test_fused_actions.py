# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The fused action terms set the joint targets that Isaac Lab's own set, on a moving arm in real physics."""

import pytest
import torch

pytestmark = pytest.mark.sim


@torch.inference_mode()
def test_targets_are_isaac_labs(stack_env):
    """Each step both compute targets from the same state."""
    from isaaclab.envs.mdp.actions.binary_joint_actions import BinaryJointPositionAction
    from isaaclab.envs.mdp.actions.task_space_actions import DifferentialInverseKinematicsAction

    from isaaclab_mimic_core.sim.fused.differential_ik import FusedDifferentialIK
    from isaaclab_mimic_core.sim.fused.gripper import FusedBinaryGripper

    stock = {FusedDifferentialIK: DifferentialInverseKinematicsAction, FusedBinaryGripper: BinaryJointPositionAction}
    env = stack_env
    rows = torch.arange(env.num_envs)
    env.reset(rows, rows)
    manager = env.env.action_manager
    terms = [manager.get_term(name) for name in manager.active_terms]
    assert {type(term) for term in terms} == set(stock)
    random = torch.Generator().manual_seed(0)
    position = terms[0]._asset.actuators.target_command.position.torch
    moved = 0.0
    for _ in range(10):
        env.step(torch.randn(env.num_envs, env.action_dim, generator=random) * 0.05)
        for term in terms:
            before = position.clone()
            stock[type(term)].apply_actions(term)
            theirs = position.clone()
            position.copy_(before + 1.0)
            term.apply_actions()
            ours = torch.where(position == before + 1.0, before, position)
            torch.testing.assert_close(ours, theirs, atol=5e-6, rtol=0.0)
            moved = max(moved, float((theirs - before).abs().max()))
            position.copy_(theirs)
    assert moved > 1e-4, "the arms did not move, so nothing was compared"
