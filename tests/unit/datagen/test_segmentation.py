# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where demonstrations are cut: as upstream cuts them, and refused where it would refuse them."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from isaaclab.envs.mimic_env_cfg import SubTaskConfig
from kinematic.upstream import source_pool
from scripted_env import ScriptedEnv, mimic_config, random_poses

from isaaclab_mimic_core.datagen.config import read_subtasks
from isaaclab_mimic_core.datagen.sources.bank import make_bank
from isaaclab_mimic_core.datagen.sources.segmentation import segment
from isaaclab_mimic_core.datagen.sources.source_demo import SourceDemo
from isaaclab_mimic_core.errors import DatasetError

LENGTH = 60


def make_env(*offsets: tuple[int, int], first: tuple[int, int] = (0, 0)) -> ScriptedEnv:
    """Environments whose arm has a subtask per offset range, and a last one."""
    subtasks = [
        SubTaskConfig(object_ref="object_0", subtask_term_signal=f"signal_{i}", subtask_term_offset_range=offset)
        for i, offset in enumerate(offsets)
    ]
    subtasks.append(SubTaskConfig(object_ref="object_0"))
    subtasks[0].first_subtask_start_offset_range = first
    return ScriptedEnv(mimic_config({"arm": subtasks}), random_poses(1, 1, 1), random_poses(1, 1, 1))


def make_demo(*signals: np.ndarray, length: int = LENGTH) -> SourceDemo:
    poses = random_poses(length).numpy()
    return SourceDemo(
        name="demo_0",
        actions=np.zeros((length, 2), np.float32),
        eef_pose={"arm": poses},
        target_eef_pose={"arm": poses},
        object_pose={"object_0": poses},
        term_signals={f"signal_{i}": values for i, values in enumerate(signals)},
    )


def rising(step: int) -> np.ndarray:
    """A signal that is first raised at this step."""
    return np.arange(LENGTH) >= step


def segments_of(env: ScriptedEnv, demo: SourceDemo) -> list[tuple[int, int]]:
    return segment(demo, read_subtasks(env.cfg, env.object_names, env.device), 0)


def upstream_bounds(env: ScriptedEnv, demo: SourceDemo) -> list[tuple[int, int]]:
    one = SimpleNamespace(
        cfg=env.cfg, device="cpu", actions_to_gripper_actions=lambda actions: {"arm": actions[:, -1:]}
    )
    return source_pool(one, [demo]).subtask_boundaries["arm"][0]


def test_a_segment_ends_after_the_first_raised_sample():
    assert segments_of(make_env((0, 0), (0, 0)), make_demo(rising(10), rising(30))) == [(0, 12 - 1), (11, 31), (31, 60)]


def test_a_falling_edge_ends_a_segment_too():
    falls = ~rising(10)
    assert segments_of(make_env((0, 0)), make_demo(falls)) == [(0, 11), (11, 60)]


@pytest.mark.parametrize("kind", [bool, np.uint8, np.float32, "column"])
def test_signals_may_be_of_any_type(kind):
    signal = rising(10)[:, None] if kind == "column" else rising(10).astype(kind)
    assert segments_of(make_env((0, 0)), make_demo(signal)) == [(0, 11), (11, 60)]


@pytest.mark.parametrize("case", range(20))
def test_random_signals_are_cut_as_upstream_cuts_them(case):
    rng = np.random.default_rng(case)
    env = make_env(*[tuple(sorted(rng.integers(-2, 6, size=2).tolist())) for _ in range(3)])
    # Flickering signals: what counts is the first change after their start, up or down.
    signals = []
    for low, high in ((8, 14), (24, 30), (42, 48)):
        values = rng.random(LENGTH) < 0.5
        values[: rng.integers(low, high)] = values[0]
        signals.append(values)
    demo = make_demo(*signals)
    assert segments_of(env, demo) == upstream_bounds(env, demo)


def refused(env: ScriptedEnv, demo: SourceDemo) -> str:
    """Return why we refuse a demonstration that upstream refuses too."""
    with pytest.raises((AssertionError, ValueError, IndexError)):
        upstream_bounds(env, demo)
    with pytest.raises(DatasetError) as error:
        segments_of(env, demo)
    assert error.value.where == "demo_0"
    return str(error.value)


@pytest.mark.parametrize("value", [False, True])
def test_a_signal_that_never_changes_is_refused(value):
    why = refused(make_env((0, 0)), make_demo(np.full(LENGTH, value)))
    assert "signal_0" in why and "arm" in why and "never changes" in why


def test_signals_out_of_order_are_refused():
    why = refused(make_env((0, 0), (0, 0)), make_demo(rising(30), rising(10)))
    assert "subtask 1 of arm" in why


def test_a_segment_that_offsets_may_empty_is_refused():
    demo = make_demo(rising(30), rising(36))
    assert segments_of(make_env((0, 5), (0, 0)), demo)
    why = refused(make_env((0, 6), (0, 0)), demo)
    assert "subtask 1 of arm may be empty" in why and "37" in why


def test_a_last_segment_that_an_offset_may_empty_is_refused():
    assert segments_of(make_env((0, 8)), make_demo(rising(50)))
    assert "subtask 1 of arm" in refused(make_env((0, 9)), make_demo(rising(50)))


def test_a_first_segment_that_its_offset_may_empty_is_refused():
    with pytest.raises(DatasetError, match="subtask 0 of arm may be empty"):
        segments_of(make_env((0, 0), first=(0, 11)), make_demo(rising(10)))
    assert segments_of(make_env((0, 0), first=(0, 10)), make_demo(rising(10)))


def test_a_start_before_the_first_step_is_refused():
    with pytest.raises(DatasetError, match="first_subtask_start_offset_range"):
        segments_of(make_env((0, 0), first=(-1, 0)), make_demo(rising(10)))


def test_demonstrations_of_different_lengths_share_a_bank():
    env = make_env((0, 0))
    short, long = (make_demo(rising(10)[:length], length=length) for length in (40, 60))
    bank = make_bank([short, long], env, read_subtasks(env.cfg, env.object_names, env.device))
    assert bank.bounds[:, 0].tolist() == [[[0, 11], [11, 40]], [[0, 11], [11, 60]]]
    assert bank.target_pose.shape == (2, 1, 60, 4, 4)
    torch.testing.assert_close(bank.target_pose[0, 0, :40], torch.as_tensor(short.target_eef_pose["arm"]))
    torch.testing.assert_close(bank.target_pose[1, 0], torch.as_tensor(long.target_eef_pose["arm"]))
