# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A robot that was derived from action terms, on real physics."""

import pytest
import torch

from isaaclab_mimic_core.errors import DatasetError
from isaaclab_mimic_core.options import GenerateOptions
from isaaclab_mimic_core.robots.derived.batched import DerivedEnv
from isaaclab_mimic_core.stages.generation.generate import Generate

pytestmark = pytest.mark.sim


@pytest.fixture(scope="module")
def derived(stack_env) -> DerivedEnv:
    """The stack with what its action terms say, in place of what upstream's Mimic class says."""
    return DerivedEnv(stack_env.env, stack_env._success_term, stack_env.info)


@torch.inference_mode()
def test_targets_are_where_the_controller_goes(derived):
    rows = torch.arange(derived.num_envs)
    derived.reset(rows, rows)
    controller = derived.env.action_manager.get_term("arm_action")._ik_controller
    random = torch.Generator().manual_seed(0)
    start = derived.eef_pose().clone()
    for _ in range(10):
        action = 0.2 * torch.randn(derived.num_envs, derived.action_dim, generator=random)
        target = derived.action_to_target(action)
        torch.testing.assert_close(derived.target_to_action(target, action[:, None, 6:]), action, rtol=0, atol=1e-5)
        derived.step(action)
        # The robot stands at the environment's origin.
        torch.testing.assert_close(target[:, 0, :3, 3], controller.ee_pos_des, rtol=0, atol=1e-5)
    assert (derived.eef_pose() - start).abs().amax() > 0.01


def test_poses_are_up_to_date_after_a_reset_and_a_restore(derived, stack_env):
    """The action term moves a frame 107 mm from the hand, of which that at 103.4 mm is observed."""
    rows = torch.arange(derived.num_envs)

    def in_hand() -> torch.Tensor:
        observed = stack_env.eef_pose()
        return observed[..., :3, :3].transpose(-1, -2) @ (derived.eef_pose() - observed)[..., :3, 3:]

    expected = torch.tensor([[0.0], [0.0], [0.107 - 0.1034]]).expand(derived.num_envs, 1, 3, 1)
    derived.reset(rows, rows)
    torch.testing.assert_close(in_hand(), expected, rtol=0, atol=1e-5)
    state = {path: value.clone() for path, value in derived.state().items()}
    derived.reset(rows, rows + 100)
    derived.restore(state, rows)
    torch.testing.assert_close(in_hand(), expected, rtol=0, atol=1e-5)


def test_target_poses_of_the_other_reading_are_refused(derived, annotated, tmp_path):
    output = tmp_path / "generated.hdf5"
    options = GenerateOptions(input=str(annotated.path), output=str(output), num_envs=derived.num_envs, num_demos=1)
    with pytest.raises(DatasetError, match=r"demo_0: its target poses are not those of its actions in this task"):
        list(Generate(options, derived))
    assert not output.exists()
