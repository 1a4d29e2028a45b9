# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What is read from real physics in fewer operations is what Isaac Lab reads: the scene's state, and success."""

import pytest
import torch

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.flat_paths import flatten

pytestmark = pytest.mark.sim


@pytest.fixture
def shown(stack_env, annotated):
    """Shows moments of a recorded demonstration, from the first to the last, one in each environment."""
    from isaaclab_mimic_core.stages.replay.recorded import RecordedStates

    def show(name: str) -> None:
        with DatasetReader(annotated.path) as reader:
            episode = reader.read(name)
        length = len(episode.data["actions"])
        RecordedStates(episode, stack_env).show(torch.linspace(0, length, stack_env.num_envs).long())

    return show


@torch.inference_mode()
def test_success_is_isaac_labs(stack_env, shown):
    from isaaclab_tasks.contrib.stack.mdp import cubes_stacked

    from isaaclab_mimic_core.sim.fused.stacked import CubesStacked

    assert isinstance(stack_env._success_term.func, CubesStacked)
    for name in ("demo_0", "demo_4", "demo_9"):
        shown(name)
        success = stack_env.success()
        assert success.equal(cubes_stacked(stack_env.env))
        assert success[-1] and not success[:5].any()


@torch.inference_mode()
def test_the_state_is_isaac_labs_at_every_moment(stack_env, shown):
    everyone = torch.arange(stack_env.num_envs)

    def check() -> dict[str, torch.Tensor]:
        ours, theirs = stack_env.state(), flatten(stack_env.env.scene.get_state(is_relative=True))
        assert set(ours) == set(theirs)
        for path, value in theirs.items():
            assert ours[path].equal(value), path
        return ours

    shown("demo_2")
    before = check()
    stack_env.step(torch.full((stack_env.num_envs, stack_env.action_dim), 0.1))
    after = check()
    assert not after["articulation/robot/joint_position"].equal(before["articulation/robot/joint_position"])
    stack_env.restore({path: value[:2] for path, value in before.items()}, everyone[:2])
    check()
    stack_env.reset(everyone[3:5], everyone[3:5])
    check()
