# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Signals that a descriptor says are, on the sample demonstrations, upstream's to three steps."""

from pathlib import Path

import numpy as np
import pytest
import torch

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.options import AnnotateOptions
from isaaclab_mimic_core.robots.derived.fingers import read_fingers
from isaaclab_mimic_core.stages.annotation.automatic import Annotate
from isaaclab_mimic_core.tasks.descriptors import read_descriptor
from isaaclab_mimic_core.tasks.signals.computing import compute
from isaaclab_mimic_core.tasks.signals.facts import Facts
from isaaclab_mimic_core.tasks.signals.live import LiveSignals

pytestmark = pytest.mark.sim

SIGNALS = "obs/datagen_info/subtask_term_signals"


TESTS = Path(__file__).parents[1]
SAMPLE = TESTS.parent / "data" / "franka_stack" / "demos.hdf5"


@pytest.fixture(scope="module")
def described():
    return read_descriptor(str(TESTS / "data" / "descriptors" / "franka_stack_signals.yaml"))


def recorded_facts(terms: dict, eef_pose: dict, fingers: dict, step_dt: float) -> Facts:
    """Return what a recorded demonstration says of itself, from its `states/...`, as they are before each step."""

    def velocity(eef: str) -> torch.Tensor:
        position = eef_pose[eef][:, :3, 3]
        return torch.diff(position, dim=0, prepend=position[:1]) / step_dt

    return Facts(
        pose=lambda name: terms[f"states/rigid_object/{name}/root_pose"],
        velocity=lambda name: terms[f"states/rigid_object/{name}/root_velocity"][:, :3],
        eef_pose=lambda eef: eef_pose[eef],
        eef_velocity=velocity,
        joints=lambda name: terms[f"states/articulation/{name}/joint_position"],
        joint_index=lambda asset, joint: 0,
        fingers=fingers,
    )


def rises(signals: dict[str, np.ndarray]) -> dict[str, int]:
    return {name: int(np.argmax(values)) for name, values in signals.items()}


def test_from_recorded_states(described, annotated, stack_env):
    fingers = read_fingers(stack_env.env, stack_env.eef_names, "stack")
    with DatasetReader(annotated.path) as reader:
        for name in reader.episode_names:
            episode = reader.read(name)
            # Rows of `datagen_info` are taken before a step, states after it.
            before = {
                f"states/{path.removeprefix('initial_state/')}": torch.from_numpy(
                    np.concatenate([first, episode.data[f"states/{path.removeprefix('initial_state/')}"][:-1]])
                )
                for path, first in episode.data.items()
                if path.startswith("initial_state/")
            }
            eef = {"franka": torch.from_numpy(episode.data["obs/datagen_info/eef_pose/franka"])}
            facts = recorded_facts(before, eef, fingers, stack_env.step_dt)
            ours = {each: compute(said, facts, described.signals).numpy() for each, said in described.signals.items()}
            theirs = rises(episode.group(SIGNALS))
            steps = rises(ours)
            for each, step in theirs.items():
                assert ours[each].any() and abs(steps[each] - step) <= 3, (name, each, steps[each], step)


def test_from_the_running_simulation(described, annotated, stack_env, run_stage, tmp_path):
    path = tmp_path / "annotated.hdf5"
    stack_env.described = LiveSignals(stack_env, described.signals, described.success)
    try:
        run = run_stage(
            Annotate(AnnotateOptions(input=str(SAMPLE), output=str(path), num_envs=stack_env.num_envs), stack_env)
        )
    finally:
        stack_env.described = None
    assert run.ending.summary["annotated"] == 10
    with DatasetReader(path) as ours, DatasetReader(annotated.path) as theirs:
        for name in theirs.episode_names:
            steps = rises(ours.read(name).group(SIGNALS))
            for each, step in rises(theirs.read(name).group(SIGNALS)).items():
                assert steps[each] > 0 and abs(steps[each] - step) <= 3, (name, each, steps[each], step)
            # This one upstream does not have, so it was computed.
            assert steps["red_on_blue"] > 0
