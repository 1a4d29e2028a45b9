# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A subtask fails if it pushes what its sources leave alone, and only then."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from isaaclab.envs.mimic_env_cfg import SubTaskConfig
from scripted_env import ScriptedEnv, mimic_config, random_poses

from isaaclab_mimic_core.datagen.config import read_config, read_subtasks
from isaaclab_mimic_core.datagen.failures.check import Step
from isaaclab_mimic_core.datagen.failures.disturbance import DisturbanceCheck, undisturbed_objects
from isaaclab_mimic_core.datagen.generator import Generator
from isaaclab_mimic_core.datagen.settings import Settings
from isaaclab_mimic_core.datagen.sources.bank import make_bank
from isaaclab_mimic_core.datagen.sources.source_demo import SourceDemo
from isaaclab_mimic_core.errors import ConfigError
from isaaclab_mimic_core.outcomes import AttemptOutcome

LENGTH, CUT, INTERPOLATION = 40, 20, 3
SETTINGS = replace(Settings(), keep_clear=True, max_retries=0, max_tail_steps=0)
NAMES = ("object_0", "object_1", "object_2")


def make_env(object_poses: torch.Tensor, eefs: tuple[str, ...] = ("arm",)) -> ScriptedEnv:
    """Two subtasks, with object_0 and object_1; the first one's signal always holds."""
    common = {"num_interpolation_steps": INTERPOLATION, "action_noise": 0.0}
    first = SubTaskConfig(object_ref="object_0", subtask_term_signal="grasp", **common)
    last = SubTaskConfig(object_ref="object_1", **common)
    cfg = mimic_config({name: [first, last] for name in eefs}, generation_select_src_per_subtask=True)
    num_envs = object_poses.shape[1]
    raised = {"grasp": torch.ones(1, num_envs, dtype=torch.bool)}
    return ScriptedEnv(cfg, random_poses(1, num_envs, len(eefs)), object_poses, signals=raised)


def make_demos(eefs: tuple[str, ...] = ("arm",), restless: int = 1) -> list[SourceDemo]:
    """Three demonstrations; object_2 moves in so many of them, the other two where they are the subtask's own."""
    torch.manual_seed(0)
    demos = []
    for index in range(3):
        objects = {name: random_poses(1).expand(LENGTH, -1, -1).clone() for name in NAMES}
        objects["object_0"][: CUT - 2, 0, 3] += torch.linspace(0, 0.2, CUT - 2)
        objects["object_1"][CUT + 8 :, 0, 3] += 0.1
        if index < restless:
            objects["object_2"][:, 1, 3] += torch.linspace(0, 0.5, LENGTH)
        demos.append(
            SourceDemo(
                name=f"demo_{index}",
                actions=np.ones((LENGTH, 7), np.float32),
                eef_pose={eef: random_poses(LENGTH).numpy() for eef in eefs},
                target_eef_pose={eef: random_poses(LENGTH).numpy() for eef in eefs},
                object_pose={name: pose.numpy() for name, pose in objects.items()},
                term_signals={"grasp": np.arange(LENGTH) >= CUT - 1},
            )
        )
    return demos


def standing(steps: int, num_envs: int = 2) -> torch.Tensor:
    """Poses of three objects that stay where they are: (steps, num_envs, 3, 4, 4)."""
    torch.manual_seed(1)
    return random_poses(1, num_envs, 3).repeat(steps, 1, 1, 1, 1)


def make_generator(env: ScriptedEnv, settings: Settings, demos: list[SourceDemo]) -> Generator:
    config = read_config(env, settings, 0)
    return Generator(env, config, make_bank(demos, env, config.subtasks))


def run(env: ScriptedEnv, settings: Settings, demos: list[SourceDemo]) -> dict[int, AttemptOutcome]:
    generator = make_generator(env, settings, demos)
    generator.begin(torch.arange(env.num_envs), torch.arange(env.num_envs))
    outcomes: dict[int, AttemptOutcome] = {}
    for _ in range(400):
        env.step(generator.action())
        for outcome in generator.observe():
            outcomes[outcome.env] = outcome
            generator.release(torch.tensor([outcome.env]))
        if len(outcomes) == env.num_envs:
            return outcomes
    raise AssertionError("attempts do not end")


@pytest.mark.parametrize(("restless", "found"), [(0, True), (1, True), (2, False), (3, False)])
def test_most_sources_say_what_stands_still(restless, found):
    env = make_env(standing(1))
    subtasks = read_subtasks(env.cfg, env.object_names, env.device)
    undisturbed = undisturbed_objects(subtasks, make_bank(make_demos(restless=restless), env, subtasks))
    assert undisturbed.tolist() == [[False, True, found], [True, False, found]]


def test_what_comes_to_rest_was_not_pushed():
    env = make_env(standing(1))
    parts, pose = make_generator(env, SETTINGS, make_demos()).parts, standing(1)[0]
    check = DisturbanceCheck(parts)

    def shifted(metres: float) -> torch.Tensor:
        moved = pose.clone()
        moved[1, 2, 0, 3] += metres
        return moved

    for cursor, metres, pushed in ((0, 0.0, False), (5, 0.02, False), (6, 0.024, False), (7, 0.026, True)):
        parts.attempts.cursor[:] = cursor
        never = torch.zeros(2, dtype=torch.bool)
        failed, slot = check.observe(Step(shifted(metres), env.eef_pose(), ended=never[:, None], over=never))
        assert (failed.tolist(), slot.tolist()) == ([False, pushed], [0, 0]), cursor


@pytest.mark.parametrize("settings", [SETTINGS, replace(SETTINGS, early_stop=False)])
@pytest.mark.parametrize("subtask", [0, 1])
def test_a_push_fails_the_subtask_that_did_it(subtask, settings):
    when = 15 + subtask * (CUT + INTERPOLATION)
    poses = standing(100)
    poses[when:, 1, 2, 0, 3] += 0.01
    outcomes = run(make_env(poses), settings, make_demos())
    assert (outcomes[1].cause, outcomes[1].subtask, outcomes[1].steps) == ("pushed", f"arm/{subtask}", when)
    assert outcomes[0].cause != "pushed" and outcomes[0].steps > when


def test_own_objects_may_move():
    poses = standing(100)
    poses[15:, 1, 0, 0, 3] += 0.1
    outcomes = run(make_env(poses), SETTINGS, make_demos())
    assert outcomes[1].steps == outcomes[0].steps


def test_a_push_is_taken_back_and_retried():
    poses = standing(100)
    poses[15:, 1, 2, 0, 3] += 0.01
    outcomes = run(make_env(poses), replace(SETTINGS, max_retries=2), make_demos())
    assert (outcomes[1].retries, outcomes[1].cause, outcomes[1].steps) == (2, "pushed", 15)
    assert outcomes[0].cause != "pushed" and outcomes[0].steps > 15


@pytest.mark.parametrize(
    "settings", [replace(SETTINGS, keep_clear=False), Settings.of("default"), Settings.of("upstream")]
)
def test_nothing_of_it_unless_asked_for(settings):
    poses = standing(100)
    poses[15:, 1, 2, 0, 3] += 0.01
    outcomes = run(make_env(poses), replace(settings, max_retries=0), make_demos())
    assert outcomes[1].steps == outcomes[0].steps


def test_with_two_arms_it_is_refused():
    arms = ("left", "right")
    with pytest.raises(ConfigError, match="keep_clear"):
        run(make_env(standing(100), arms), SETTINGS, make_demos(arms))
