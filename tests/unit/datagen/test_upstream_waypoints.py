# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""With nothing left to chance, each waypoint is upstream's: pose, gripper action and noise amplitude."""

import asyncio
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from isaaclab.envs.mimic_env_cfg import SubTaskConfig
from isaaclab_mimic.datagen.data_generator import DataGenerator
from kinematic.upstream import source_pool
from scripted_env import POSE_ACTION_DIM, ScriptedEnv, UpstreamScriptedEnv, mimic_config, random_poses

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.datagen.config import read_config
from isaaclab_mimic_core.datagen.config_checks import STRATEGIES
from isaaclab_mimic_core.datagen.generator import Generator
from isaaclab_mimic_core.datagen.settings import Settings
from isaaclab_mimic_core.datagen.sources.bank import make_bank
from isaaclab_mimic_core.datagen.sources.source_demo import SourceDemo
from isaaclab_mimic_core.outcomes import AttemptOutcome

OBJECTS = ("object_0", "object_1")
NUM_DEMOS = 4
NUM_ENVS = 4
STEPS = 90
SEED = 5


def random_subtask(rng: np.random.Generator, index: int, last: bool) -> SubTaskConfig:
    strategy = str(rng.choice(STRATEGIES))
    # Ranges of one value, and one nearest neighbour: nothing is left to chance.
    offset, first = int(rng.integers(-1, 3)), int(rng.integers(0, 3))
    kwargs = {"nn_k": 1, "pos_weight": float(rng.uniform(0, 2)), "rot_weight": float(rng.uniform(0, 2))}
    return SubTaskConfig(
        object_ref=None if strategy == "random" and rng.random() < 0.5 else str(rng.choice(OBJECTS)),
        subtask_term_signal=None if last else f"signal_{index}",
        selection_strategy=strategy,
        selection_strategy_kwargs={} if strategy == "random" else kwargs,
        # Upstream takes no notice of the upper bound.
        first_subtask_start_offset_range=(first, first + 3),
        subtask_term_offset_range=(0, 0) if last else (offset, offset),
        action_noise=float(rng.uniform(0.01, 0.1)),
        num_interpolation_steps=int(rng.choice([0, 1, 5])),
        num_fixed_steps=int(rng.choice([0, 0, 3])),
        apply_noise_during_interpolation=bool(rng.random() < 0.5),
    )


def random_demo(rng: np.random.Generator, name: str, eefs: tuple[str, ...], turn: float | None) -> SourceDemo:
    length = int(rng.integers(30, 36))
    steps = np.arange(length)
    rises = {f"signal_{i}": rng.integers(*span) for i, span in enumerate([(8, 12), (18, 22)])}

    def poses(names: tuple[str, ...]) -> dict[str, np.ndarray]:
        return {name: random_poses(length, turn=turn).numpy() for name in names}

    return SourceDemo(
        name=name,
        actions=rng.normal(size=(length, 4)).astype(np.float32),
        eef_pose=poses(eefs),
        target_eef_pose=poses(eefs),
        object_pose=poses(OBJECTS),
        term_signals={name: steps >= rise for name, rise in rises.items()},
    )


class TraceableGenerator(DataGenerator):
    """Upstream's generator; where it would choose at random it takes what is given."""

    sources: dict[str, list[int]]

    def generate_eef_subtask_trajectory(self, env_id, eef_name, subtask_ind, *args):
        self._subtask = subtask_ind
        return super().generate_eef_subtask_trajectory(env_id, eef_name, subtask_ind, *args)

    def select_source_demo(self, eef_name, selection_strategy_name, **kwargs):
        if selection_strategy_name == "random":
            return self.sources[eef_name][self._subtask]
        return super().select_source_demo(eef_name=eef_name, selection_strategy_name=selection_strategy_name, **kwargs)


def upstream_run(
    env: ScriptedEnv, env_id: int, demos: list[SourceDemo], sources: dict, until_it_gives_up: bool = False
) -> list[dict]:
    """Run upstream's own `generate` for one environment; return what it asked for at each step.

    With `until_it_gives_up`, also what it asked for until its own check of coordinated arms stopped it.
    """

    class Resets:
        async def put(self, env_id: int) -> None: ...

        async def join(self) -> None: ...

    one = UpstreamScriptedEnv(env, env_id)
    generator = TraceableGenerator(env=one, src_demo_datagen_info_pool=source_pool(one, demos))
    generator.sources = sources
    env.time[:] = 0
    never = SimpleNamespace(func=lambda env: torch.zeros(1, dtype=torch.bool), params={})
    try:
        asyncio.run(generator.generate(0, never, Resets()))
    except AssertionError:
        if not until_it_gives_up:
            raise
    return one.asked


def upstream_segments(env: ScriptedEnv, demos: list[SourceDemo], sources: dict) -> dict[str, list[list[int]]]:
    """Return what upstream cuts out of the sources for each subtask."""
    one = UpstreamScriptedEnv(env, 0)
    generator = DataGenerator(env=one, src_demo_datagen_info_pool=source_pool(one, demos))
    bounds = generator.randomize_subtask_boundaries()
    return {eef: [bounds[eef][s, i].tolist() for i, s in enumerate(used)] for eef, used in sources.items()}


def our_run(env: ScriptedEnv, demos: list[SourceDemo]) -> list[AttemptOutcome]:
    config = read_config(env, Settings.of("upstream"), SEED)
    generator = Generator(env, config, make_bank(demos, env, config.subtasks))
    generator.begin(torch.arange(env.num_envs), torch.arange(env.num_envs))
    outcomes: list[AttemptOutcome] = []
    while len(outcomes) < env.num_envs:
        env.step(generator.action())
        ended = generator.observe()
        generator.release(torch.tensor([outcome.env for outcome in ended], dtype=torch.long))
        outcomes += ended
    return sorted(outcomes, key=lambda outcome: outcome.env)


@pytest.mark.parametrize("eefs", [("arm",), ("right", "left")], ids=["one arm", "two arms"])
@pytest.mark.parametrize("case", range(25))
def test_same_waypoints(case, eefs):
    rng = np.random.default_rng([case, len(eefs)])
    torch.manual_seed(case)
    subtasks = {eef: [random_subtask(rng, i, last=i == 2) for i in range(3)] for eef in eefs}
    cfg = mimic_config(
        subtasks,
        generation_select_src_per_subtask=bool(rng.random() < 0.5),
        generation_select_src_per_arm=bool(rng.random() < 0.5),
        generation_transform_first_robot_pose=bool(rng.random() < 0.5),
        generation_interpolate_from_last_target_pose=bool(rng.random() < 0.5),
    )
    # Turns of some hundredths of a radian: upstream interpolates some of them and jumps over others.
    turn = 0.015 if case % 3 == 0 else None
    demos = [random_demo(rng, f"demo_{i}", eefs, turn) for i in range(NUM_DEMOS)]
    num_envs = NUM_ENVS // len(eefs)
    poses = [random_poses(STEPS, num_envs, count, turn=turn) for count in (len(eefs), len(OBJECTS))]
    env = ScriptedEnv(cfg, *poses)
    outcomes = our_run(env, demos)

    for outcome in outcomes:
        assert outcome.segments == upstream_segments(env, demos, outcome.sources)
        expected = upstream_run(env, outcome.env, demos, outcome.sources)
        assert len(expected) == outcome.steps
        stream = randomness.streams(SEED, "noise", torch.tensor(outcome.attempt))
        for step, waypoints in enumerate(expected):
            normal = randomness.normal(stream, step, len(eefs) * POSE_ACTION_DIM).reshape(len(eefs), -1)
            for eef, name in enumerate(eefs):
                pose, gripper, amplitude = waypoints[name]
                target, ours_gripper, noise = (asked[outcome.env, eef] for asked in env.asked[step])
                where = f"{name}, step {step}"
                assert (target[:3, 3] - pose[:3, 3]).norm() < 1e-5, where
                assert (target[:3, :3] - pose[:3, :3]).norm() < 1e-5, where
                assert torch.equal(ours_gripper, gripper), where
                torch.testing.assert_close(noise, amplitude * normal[eef])
