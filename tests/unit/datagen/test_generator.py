# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""An attempt's life: when it ends, as what, with which noise, and what its outcome says."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from isaaclab.envs.mimic_env_cfg import SubTaskConfig
from scripted_env import ScriptedEnv, mimic_config, random_poses

from isaaclab_mimic_core.datagen.config import read_config
from isaaclab_mimic_core.datagen.failures import monitor
from isaaclab_mimic_core.datagen.failures.check import Ending, FailureCheck, Parts, Step
from isaaclab_mimic_core.datagen.failures.signals import lateness
from isaaclab_mimic_core.datagen.generator import Generator
from isaaclab_mimic_core.datagen.paths import remaining_path
from isaaclab_mimic_core.datagen.settings import Settings
from isaaclab_mimic_core.datagen.sources import selector
from isaaclab_mimic_core.datagen.sources.bank import make_bank
from isaaclab_mimic_core.datagen.sources.source_demo import SourceDemo
from isaaclab_mimic_core.datagen.tables import SubtaskTable
from isaaclab_mimic_core.errors import ConfigError
from isaaclab_mimic_core.outcomes import AttemptOutcome, FailureCause
from isaaclab_mimic_core.stages.generation.attempts import AttemptStatistics

LENGTH = 20
CUT = 8
"""The first subtask of every demonstration ends before this step."""
INTERPOLATION = 3
STEPS = LENGTH + 1 + 2 * INTERPOLATION
"""Waypoints of an attempt: the segments, the first actual pose, twice the way to a segment."""
SETTINGS = replace(Settings(), early_stop=False, max_retries=0)
"""The defaults, but every attempt is played to its end."""
HOLD, TAIL = SETTINGS.success_hold_steps, SETTINGS.max_tail_steps


def make_env(num_envs: int = 1, success=None, signals=None, **subtask) -> ScriptedEnv:
    torch.manual_seed(0)
    common = {"num_interpolation_steps": INTERPOLATION, "action_noise": 0.1, **subtask}
    first = SubTaskConfig(object_ref="object_0", subtask_term_signal="grasp", **common)
    last = SubTaskConfig(object_ref="object_0", **common)
    cfg = mimic_config({"arm": [first, last]}, generation_select_src_per_subtask=True)
    return ScriptedEnv(cfg, random_poses(1, num_envs, 1), random_poses(1, num_envs, 1), success, signals)


def obedient(env: ScriptedEnv) -> ScriptedEnv:
    """Let the end effectors be where they were last told to be."""
    before = env.eef_pose
    env.eef_pose = lambda: env.asked[-1][0] if env.asked else before()
    return env


def make_demos(count: int = 3) -> list[SourceDemo]:
    torch.manual_seed(1)
    return [
        SourceDemo(
            name=f"demo_{i}",
            actions=np.ones((LENGTH, 7), np.float32),
            eef_pose={"arm": random_poses(LENGTH).numpy()},
            target_eef_pose={"arm": random_poses(LENGTH).numpy()},
            object_pose={"object_0": random_poses(LENGTH).numpy()},
            term_signals={"grasp": np.arange(LENGTH) >= CUT - 1},
        )
        for i in range(count)
    ]


def make_generator(env: ScriptedEnv, settings: Settings = SETTINGS, demos=None) -> Generator:
    config = read_config(env, settings, 3)
    return Generator(env, config, make_bank(demos or make_demos(), env, config.subtasks))


def run(env: ScriptedEnv, settings: Settings = SETTINGS, steps: int = 200) -> list[AttemptOutcome]:
    """Make one attempt in each environment."""
    generator, outcomes = make_generator(env, settings), []
    generator.begin(torch.arange(env.num_envs), torch.arange(env.num_envs))
    for _ in range(steps):
        env.step(generator.action())
        ended = generator.observe()
        generator.release(torch.tensor([outcome.env for outcome in ended], dtype=torch.long))
        outcomes += ended
        if len(outcomes) == env.num_envs:
            break
    return sorted(outcomes, key=lambda outcome: outcome.env)


def successes(*spans: range) -> torch.Tensor:
    """(times, environments): success of an environment after so many steps."""
    table = torch.zeros(200, len(spans), dtype=torch.bool)
    for env, span in enumerate(spans):
        table[list(span), env] = True
    return table


# -- success


@pytest.mark.parametrize(
    ("holds", "success", "steps"),
    [
        pytest.param(range(STEPS - HOLD + 1, 200), True, STEPS, id="long enough at the last waypoint"),
        pytest.param(range(0, 200), True, STEPS, id="all the time: no early end"),
        pytest.param(range(STEPS - HOLD + 2, 200), True, STEPS + 1, id="one step later"),
        pytest.param(range(STEPS + 5, 200), True, STEPS + 5 + HOLD - 1, id="only in the tail"),
        pytest.param(range(STEPS + TAIL - HOLD + 1, 200), True, STEPS + TAIL, id="at the very end of the tail"),
        pytest.param(range(STEPS + TAIL - HOLD + 2, 200), False, STEPS + TAIL, id="too late"),
        pytest.param(range(5, STEPS - 2), False, STEPS + TAIL, id="lost before the end"),
        pytest.param(range(0), False, STEPS + TAIL, id="never"),
    ],
)
def test_success_must_hold_at_the_end(holds, success, steps):
    (outcome,) = run(make_env(success=successes(holds)))
    assert (outcome.success, outcome.steps) == (success, steps)


def test_an_interruption_starts_the_count_again():
    table = successes(range(STEPS, 200))
    table[STEPS + 4] = False
    (outcome,) = run(make_env(success=table))
    assert (outcome.success, outcome.steps) == (True, STEPS + 4 + HOLD)


@pytest.mark.parametrize(
    ("holds", "success"), [(range(5, 6), True), (range(STEPS, STEPS + 1), True), (range(0), False)]
)
def test_upstreams_rule_takes_any_step_and_adds_no_tail(holds, success):
    (outcome,) = run(make_env(success=successes(holds)), Settings.of("upstream"))
    assert (outcome.success, outcome.steps) == (success, STEPS)


def test_the_tail_repeats_the_last_waypoint_without_noise():
    env = make_env()
    run(env)
    targets, grippers, noises = (torch.stack(column) for column in zip(*env.asked, strict=True))
    assert len(targets) == STEPS + TAIL
    assert torch.equal(targets[STEPS:], targets[STEPS - 1 : STEPS].expand(TAIL, -1, -1, -1, -1))
    assert torch.equal(grippers[STEPS:], grippers[STEPS - 1 : STEPS].expand(TAIL, -1, -1, -1))
    assert not noises[STEPS:].any()
    assert noises[STEPS - 1].any()


# -- noise


@pytest.mark.parametrize("before", [False, True])
def test_noise_has_each_waypoints_amplitude(before):
    env = make_env(64, apply_noise_during_interpolation=before)
    run(env, Settings.of("upstream"))
    amplitude = torch.stack([noise for _, _, noise in env.asked]).std(dim=(1, 2, 3))
    expected = torch.full((STEPS,), 0.1)
    # The way to the first segment, and after it (one waypoint more, the first actual pose) that to the second.
    for start in (0, INTERPOLATION + 1 + CUT):
        expected[start : start + INTERPOLATION] *= before
    # 384 draws a step: their standard deviation is exact to 3.6 %.
    torch.testing.assert_close(amplitude, expected, rtol=0.15, atol=0)


@pytest.mark.parametrize(
    ("settings", "still"),
    [(SETTINGS, True), (replace(SETTINGS, fade_noise=False), False), (Settings.of("upstream"), False)],
)
def test_noise_fades_until_the_gripper_has_acted(settings, still):
    grip = 6
    demos = make_demos()
    for demo in demos:
        demo.actions[grip:, -1] = -1.0
    env = make_env(64, apply_noise_during_interpolation=True)
    generator = make_generator(env, settings, demos)
    generator.begin(torch.arange(64), torch.arange(64))
    for _ in range(STEPS):
        env.step(generator.action())
        generator.observe()
    disturbed = torch.stack([noise for _, _, noise in env.asked]).flatten(1).any(dim=1)
    # The gripper acts at the segment's step `grip`, behind the way to it and the first actual pose.
    acts = INTERPOLATION + 1 + grip
    assert disturbed[: acts + 1].any() != still
    assert disturbed[acts + 1 :].all()


def test_noise_differs_between_steps_attempts_and_seeds():
    env = make_env(2)
    run(env)
    noise = torch.stack([noise for _, _, noise in env.asked])[INTERPOLATION : INTERPOLATION + CUT]
    assert noise.unique().numel() == noise.numel()


# -- what an outcome says


def test_outcomes_carry_sources_and_segments():
    env = make_env(8, subtask_term_offset_range=(0, 0))
    for outcome in run(env):
        assert outcome.attempt == outcome.env
        (sources,), (segments,) = outcome.sources.values(), outcome.segments.values()
        assert len(sources) == 2 and all(source in range(3) for source in sources)
        assert segments == [[0, CUT], [CUT, LENGTH]]


def test_segments_are_those_that_were_followed():
    env = make_env(32)
    env.cfg.subtask_configs["arm"][0].subtask_term_offset_range = (-2, 4)
    env.cfg.subtask_configs["arm"][0].first_subtask_start_offset_range = (0, 3)
    outcomes = run(env, replace(SETTINGS, max_tail_steps=0))
    for outcome in outcomes:
        (begin, _), (_, end) = outcome.segments["arm"]
        assert end == LENGTH and 0 <= begin <= 3
        followed = sum(end - begin for begin, end in outcome.segments["arm"])
        assert outcome.steps == followed + 1 + 2 * INTERPOLATION
    assert {outcome.segments["arm"][0][1] for outcome in outcomes} == {CUT + offset for offset in range(-2, 5)}
    assert {outcome.segments["arm"][0][0] for outcome in outcomes} == {0, 1, 2, 3}


@pytest.mark.parametrize(("mode", "same"), [("default", False), ("upstream", True)])
def test_each_subtask_selects_for_itself_but_not_upstream(mode, same):
    outcomes = run(make_env(16), replace(Settings.of(mode), early_stop=False, max_retries=0))
    kept = [len(set(outcome.sources["arm"])) == 1 for outcome in outcomes]
    assert all(kept) == same


@pytest.mark.parametrize(
    ("raised", "cause"),
    [
        pytest.param(range(0), "not_grasped", id="never raised"),
        pytest.param(range(4, 7), "dropped", id="raised and lost"),
        pytest.param(range(4, 200), "misplaced", id="held"),
    ],
)
def test_failures_name_their_cause(raised, cause):
    (outcome,) = run(obedient(make_env(signals={"grasp": successes(raised)})))
    assert not outcome.success
    assert (outcome.cause, outcome.subtask) == (cause, "arm/1" if cause == "misplaced" else "arm/0")


@pytest.mark.parametrize("settings", [SETTINGS, replace(Settings(), max_retries=0), Settings.of("upstream")])
@pytest.mark.parametrize(
    ("raised", "cause", "subtask"),
    [
        pytest.param(range(0), "out_of_reach", "arm/0", id="never raised"),
        pytest.param(range(4, 7), "dropped", "arm/0", id="raised and lost"),
        pytest.param(range(4, 200), "out_of_reach", "arm/1", id="held"),
    ],
)
def test_an_arm_that_cannot_get_to_its_target_is_out_of_reach(raised, cause, subtask, settings):
    # This arm never moves, and its targets are anywhere within a metre.
    (outcome,) = run(make_env(signals={"grasp": successes(raised)}), settings)
    assert (outcome.success, outcome.cause, outcome.subtask) == (False, cause, subtask)


@pytest.mark.parametrize(
    ("holds", "cause"),
    [
        pytest.param(range(STEPS + TAIL - HOLD + 2, 200), "time", id="fulfilled too late"),
        pytest.param(range(STEPS - 5, STEPS), "dropped", id="fulfilled and lost again"),
        pytest.param(range(0), "misplaced", id="never fulfilled"),
    ],
)
def test_an_attempt_that_was_played_to_its_end_says_what_its_success_lacked(holds, cause):
    (outcome,) = run(obedient(make_env(success=successes(holds), signals={"grasp": successes(range(200))})))
    assert (outcome.success, outcome.cause, outcome.subtask) == (False, cause, "arm/1")


def test_an_outcome_says_where_the_objects_stood():
    env = make_env(2)
    x, y, yaw = run(env)[1].placement["object_0"]
    pose = env._object_poses[0, 1, 0]
    assert (x, y) == (pose[0, 3].item(), pose[1, 3].item())
    heading = pose[:2, 0] / pose[:2, 0].norm()
    assert np.allclose([np.cos(yaw), np.sin(yaw)], heading, atol=1e-5)


def with_frame(first: float, then: float) -> ScriptedEnv:
    """Return an environment whose second object is a frame, far below the first one, which has a height at two times.

    The second subtask is relative to the frame.
    """
    cfg = make_env().cfg
    cfg.subtask_configs["arm"][1].object_ref = "object_1"
    objects = random_poses(2, 1, 2)
    objects[:, :, :, 2, 3] = torch.tensor([[[first, -5.0]], [[then, -5.0]]])
    objects[1, :, 1] = objects[0, :, 1]
    env = ScriptedEnv(cfg, random_poses(1, 1, 1), objects)
    env.frame_names = ("object_1",)
    return env


def framed_demos() -> list[SourceDemo]:
    place = random_poses(1).repeat(LENGTH, 1, 1).numpy()
    return [replace(demo, object_pose={**demo.object_pose, "object_1": place}) for demo in make_demos(1)]


def test_a_segment_that_refers_to_a_frame_moves_with_it_and_not_with_the_object():
    env, demos = with_frame(0.0, 0.0), framed_demos()
    generator = make_generator(env, demos=demos)
    generator.begin(torch.arange(1), torch.arange(1))
    for _ in range(STEPS):
        env.step(generator.action())
        (*_, outcome) = generator.observe() or [None]
    there, source = env.object_pose()[0, 1], torch.as_tensor(demos[0].object_pose["object_1"][0])
    end = torch.as_tensor(demos[0].target_eef_pose["arm"][-1])
    torch.testing.assert_close(env.asked[STEPS - 1][0][0, 0], there @ torch.linalg.inv(source) @ end)
    while not outcome:
        env.step(generator.action())
        (*_, outcome) = generator.observe() or [None]
    assert list(outcome.placement) == ["object_0"], "frames do not stand anywhere"


def test_an_object_falls_below_where_it_stood_and_not_below_a_frame():
    early = replace(SETTINGS, early_stop=True)

    def steps(env: ScriptedEnv) -> int:
        generator = make_generator(env, early, framed_demos())
        generator.begin(torch.arange(1), torch.arange(1))
        for step in range(200):
            env.step(generator.action())
            if generator.observe():
                return step + 1
        return 200

    assert steps(with_frame(0.0, -1.0)) == 1 < steps(with_frame(0.0, 0.0))


def test_success_has_no_cause():
    (outcome,) = run(make_env(success=successes(range(200))))
    assert (outcome.success, outcome.cause, outcome.subtask) == (True, "", "")


# -- giving up early, and trying again


EARLY = replace(Settings(), max_retries=0)
FIRST_END = INTERPOLATION + 1 + CUT
"""Steps until the first segment has ended."""


@pytest.mark.parametrize(
    ("raised", "steps"),
    [
        pytest.param(range(0), FIRST_END + EARLY.grace_steps, id="never raised"),
        pytest.param(range(5, FIRST_END + EARLY.grace_steps), FIRST_END + EARLY.grace_steps, id="just lost"),
        pytest.param(range(FIRST_END + EARLY.grace_steps, 200), STEPS + TAIL, id="just in time"),
        pytest.param(range(5, FIRST_END + EARLY.grace_steps + 1), STEPS + TAIL, id="lost later"),
    ],
)
def test_an_attempt_ends_when_a_signal_does_not_hold_after_its_segment(raised, steps):
    (outcome,) = run(make_env(signals={"grasp": successes(raised)}), EARLY)
    assert outcome.steps == steps
    if steps < STEPS:
        assert outcome.subtask == "arm/0"


def test_a_signal_may_be_late_by_the_interpolations_of_the_other_arms():
    found = lateness(torch.tensor([[5, 3, 3], [5, 5, 0]]))
    assert found.tolist() == [[10 - 5, 10 - 8, 0], [11 - 5, 11 - 10, 11 - 10]]
    assert not lateness(torch.tensor([[5, 3]])).any(), "one arm waits for nobody"


def test_without_a_signal_nothing_ends_early():
    (outcome,) = run(make_env(), EARLY)
    assert outcome.steps == STEPS + TAIL


def test_a_failed_subtask_is_tried_again_from_where_it_began_with_other_sources():
    settings = replace(Settings(), max_retries=2)
    env = make_env(signals={"grasp": successes(range(0))}, selection_strategy="random")
    (outcome,) = run(env, settings)
    one_try = FIRST_END + settings.grace_steps
    assert (outcome.retries, outcome.steps, len(env.asked)) == (2, one_try, 3 * one_try)
    tries = torch.stack([target for target, _, _ in env.asked]).reshape(3, one_try, 4, 4)
    # The way begins at the same pose, and each of the three sources has its turn.
    assert len({tuple(attempt[FIRST_END - 1].flatten().tolist()) for attempt in tries}) == 3
    assert int(env.time) == one_try


def test_a_retry_puts_back_what_controllers_keep():
    env = make_env(signals={"grasp": successes(range(0))})
    count, restore = torch.full((1, 2), 7.0), env.restore

    def reset_too(state: dict, env_ids: torch.Tensor) -> None:
        restore(state, env_ids)
        count[env_ids] = 0.0

    env.memory, env.restore = lambda: [count], reset_too
    generator = make_generator(env, replace(Settings(), max_retries=1))
    generator.begin(torch.arange(1), torch.arange(1))
    while not generator.take_rewinds():
        env.step(generator.action())
        count += 1.0
        generator.observe()
    assert count.tolist() == [[7.0, 7.0]]


def test_a_retry_may_succeed_and_only_its_steps_count():
    settings = replace(Settings(), max_retries=2)
    success = successes(range(200), range(200))
    env = make_env(2, success=success, signals={"grasp": successes(range(200), range(0))})
    generator = make_generator(env, settings)
    generator.begin(torch.arange(2), torch.arange(2))
    rewinds = []
    for _ in range(FIRST_END + settings.grace_steps):
        env.step(generator.action())
        assert generator.observe() == []
        rewinds += generator.take_rewinds()
    ((env_ids, kept),) = rewinds
    assert (env_ids.tolist(), kept.tolist()) == ([1], [0])
    assert generator.attempts.steps.tolist() == [FIRST_END + settings.grace_steps, 0]
    env._signals["grasp"][:] = True
    outcomes = []
    while len(outcomes) < 2:
        env.step(generator.action())
        ended = generator.observe()
        generator.release(torch.tensor([outcome.env for outcome in ended], dtype=torch.long))
        outcomes += ended
    assert [(o.env, o.success, o.steps, o.retries) for o in outcomes] == [(0, True, STEPS, 0), (1, True, STEPS, 1)]


# -- a further kind of failure is one class


class LowCheck(FailureCheck):
    """An end effector is below the ground."""

    def __init__(self, subtasks: SubtaskTable):
        self._subtasks = subtasks

    @classmethod
    def make(cls, parts: Parts) -> "LowCheck":
        return cls(parts.config.subtasks)

    def observe(self, step: Step) -> tuple[torch.Tensor, None]:
        return (step.eef_pose[:, :, 2, 3] < 0.0).any(dim=1), None

    def explain(self, ending: Ending) -> tuple[FailureCause, str]:
        return FailureCause.OUT_OF_REACH, self._subtasks.label(ending.eef, ending.subtask)


@pytest.mark.parametrize("retries", [0, 2])
def test_a_further_check_ends_attempts_and_explains_them(retries, monkeypatch):
    monkeypatch.setattr(monitor, "CHECKS", (*monitor.CHECKS, LowCheck))
    env = make_env(2, success=successes(range(200), range(200)))
    env._eef_poses = env._eef_poses.repeat(200, 1, 1, 1, 1)
    env._eef_poses[6:, 1, 0, 2, 3] = -0.1
    good, low = run(env, replace(SETTINGS, max_retries=retries))
    assert (good.success, good.retries) == (True, 0)
    assert (low.success, low.cause, low.subtask, low.steps) == (False, FailureCause.OUT_OF_REACH, "arm/0", 6)
    assert low.retries == retries


# -- one environment's trouble is its own


@pytest.mark.parametrize("what", ["object", "eef"])
@pytest.mark.parametrize("mode", ["default", "upstream"])
def test_a_pose_that_is_not_finite_ends_only_its_attempt(mode, what):
    def runs(poisoned: bool) -> tuple[ScriptedEnv, list[AttemptOutcome]]:
        env = make_env(4, success=successes(*[range(200)] * 4))
        poses = env._object_poses if what == "object" else env._eef_poses
        poses = poses.repeat(200, 1, 1, 1, 1)
        if poisoned:
            poses[6:, 2, 0, 1, 3] = float("nan") if what == "object" else float("inf")
        setattr(env, "_object_poses" if what == "object" else "_eef_poses", poses)
        return env, run(env, replace(Settings.of(mode), early_stop=False, max_retries=0))

    clean, poisoned = runs(False), runs(True)
    bad = poisoned[1][2]
    assert (bad.success, bad.cause, bad.steps) == (False, "unstable", 6)
    others = [0, 1, 3]
    assert [poisoned[1][i] for i in others] == [clean[1][i] for i in others]
    for expected, actual in zip(clean[0].asked, poisoned[0].asked, strict=True):
        for a, b in zip(expected, actual, strict=True):
            assert torch.equal(a[others], b[others])


def test_released_environments_have_no_outcome():
    env = make_env(2)
    generator = make_generator(env, Settings.of("upstream"))
    generator.begin(torch.arange(2), torch.arange(2))
    generator.release(torch.tensor([0]))
    outcomes = []
    for _ in range(STEPS):
        env.step(generator.action())
        outcomes += generator.observe()
    assert [outcome.env for outcome in outcomes] == [1]


def test_the_remaining_path_is_what_comes():
    env = make_env(2)
    generator = make_generator(env)
    generator.begin(torch.arange(2), torch.arange(2))
    env.step(generator.action())
    ahead = remaining_path(generator, 1, 0).clone()
    assert len(ahead) == INTERPOLATION + 1 + CUT
    for _ in range(len(ahead) - 1):
        generator.observe()
        env.step(generator.action())
    assert torch.equal(torch.stack([asked[0][1, 0] for asked in env.asked]), ahead)


# -- what is refused


def test_a_navigation_controller_is_refused():
    env = make_env()
    env.cfg.datagen_config.use_navigation_controller = True
    with pytest.raises(ConfigError, match="use_navigation_controller"):
        make_generator(env)


def test_waypoints_wait_for_a_robot_that_walks():
    def told(behind: range) -> torch.Tensor:
        env: Any = make_env(num_envs=2)
        env.cfg.datagen_config.use_navigation_controller = env.navigates = True

        def is_behind(target: torch.Tensor) -> torch.Tensor:
            assert torch.equal(target, env.asked[-1][0]), "the last waypoints"
            return torch.tensor([env.time[0] - 1 in behind, False])

        env.is_behind = is_behind
        generator = make_generator(env)
        generator.begin(torch.arange(2), torch.arange(2))
        for _ in range(9):
            env.step(generator.action())
            generator.observe()
        return torch.stack([asked[0][:, 0] for asked in env.asked])

    ahead, waits = told(range(0)), told(range(2, 5))
    assert torch.equal(waits[:, 1], ahead[:, 1]), "the other robot does not wait"
    assert torch.equal(waits[:3, 0], ahead[:3, 0]) and torch.equal(waits[5:, 0], ahead[2:6, 0])
    assert all(torch.equal(waits[step, 0], ahead[2, 0]) for step in range(3, 6))


def walking_env(behind: torch.Tensor) -> Any:
    """Return environments whose robots are, or are not, always behind: (num_envs,) bool."""
    env: Any = make_env(num_envs=len(behind))
    env.cfg.datagen_config.use_navigation_controller = env.navigates = True
    env.is_behind = lambda target: behind
    return env


def test_a_waypoint_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr("isaaclab_mimic_core.datagen.attempts._PATIENCE", 4)
    env = walking_env(torch.tensor([True, False]))
    generator = make_generator(env)
    generator.begin(torch.arange(2), torch.arange(2))
    for _ in range(8):
        env.step(generator.action())
        generator.observe()
    # The first one was held back four times.
    assert generator.attempts.cursor[:, 0].tolist() == [4, 8]
    assert generator.attempts.waited.tolist() == [8, 0]


def test_only_running_attempts_wait():
    env = walking_env(torch.tensor([True, True]))
    generator = make_generator(env)
    generator.begin(torch.arange(2), torch.arange(2))
    generator.release(torch.tensor([1]))
    for _ in range(3):
        env.step(generator.action())
        generator.observe()
    assert generator.attempts.waited.tolist() == [3, 0]


def test_what_says_that_it_walks_must_do_it():
    env = walking_env(torch.tensor([False]))
    with pytest.raises(ConfigError, match="each waypoint waits"):
        make_generator(env, Settings.of("upstream"))
    del env.is_behind
    with pytest.raises(ConfigError, match="ScriptedEnv says `navigates`, but has no method `is_behind`"):
        make_generator(env)


# -- arms of few joints


@pytest.mark.parametrize("at_once", [2, 1], ids=["together", "one by one"])
def test_an_arm_of_few_joints_follows_what_it_can(at_once, monkeypatch):
    monkeypatch.setattr(selector, "_SEGMENTS", 3 * at_once)
    env = make_env(num_envs=2, success=successes(range(200), range(200)), selection_strategy="random")
    env.limited, asked = (True,), []

    def miss(eef: int, rows: torch.Tensor, paths: torch.Tensor) -> torch.Tensor:
        asked.append((rows.clone(), paths.clone()))
        off = torch.tensor([0.1, 0.0005, 0.2])[:, None] * torch.linspace(0.0, 1.0, paths.shape[2])
        return torch.stack([off, 0.2 * torch.ones_like(off)], dim=-1).expand(len(rows), -1, -1, -1)

    env.miss = miss
    demos, statistics = make_demos(), AttemptStatistics(0, 0)
    for outcome in run(env):
        statistics.add(outcome)
        assert outcome.sources == {"arm": [1, 1]}, "the other two are missed by much"
        assert torch.tensor(outcome.misses["arm"]).allclose(torch.tensor([[0.0005, 0.2]] * 2))
    assert statistics.misses()["arm/0"] == {"median": [0.5, 11.46], "largest": [0.5, 11.46]}
    # What it is asked for are the segments of all sources, moved with their object.
    assert len(asked[0][0]) == at_once
    rows, paths = (torch.cat(parts) for parts in zip(*asked[: 2 // at_once], strict=True))
    assert paths.shape == (2, 3, 8, 4, 4)
    for source, demo in enumerate(demos):
        moved = env.object_pose()[rows, 0] @ torch.tensor(demo.object_pose["object_0"][0]).inverse()
        for at, step in ((0, 0), (-1, CUT - 1)):
            wanted = moved @ torch.tensor(demo.target_eef_pose["arm"][step])
            torch.testing.assert_close(paths[:, source, at], wanted, rtol=0, atol=1e-5)
