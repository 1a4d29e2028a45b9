# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The kinematic stack task for upstream's generator, and a run of that generator on it."""

import asyncio
import contextlib
import io
import time
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from isaaclab_mimic.datagen import generation
from isaaclab_mimic.datagen.data_generator import DataGenerator
from isaaclab_mimic.datagen.datagen_info_pool import DataGenInfoPool
from isaaclab_mimic.envs.franka_stack_ik_rel_mimic_env import FrankaCubeStackIKRelMimicEnv

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.datagen.sources.source_demo import SourceDemo
from isaaclab_mimic_core.flat_paths import nest

from .batched_env import stack_config
from .world import ACTION_DIM, StackWorld


class CountingRecorder:
    """Replaces the recorder manager; keeps which attempts ended, and how."""

    def __init__(self):
        self.ended: list[tuple[int, bool]] = []
        self._success: dict[int, bool] = {}

    def reset(self, env_ids: Any = None) -> None:
        pass

    def set_success_to_episodes(self, env_ids: torch.Tensor, values: torch.Tensor) -> None:
        self._success.update(zip(env_ids.tolist(), values.reshape(-1).tolist(), strict=True))

    def export_episodes(self, env_ids: torch.Tensor) -> None:
        self.ended += [(env_id, self._success[env_id]) for env_id in env_ids.tolist()]


class UpstreamStackEnv(FrankaCubeStackIKRelMimicEnv):
    """Upstream's own class, with its pose and action methods, over the kinematic world.

    Args:
        num_envs: Number of environments.
        device: Where the tensors live.
        seed: Seed of the initial states; drawn as for our attempts, in the order of resets.
        max_steps: After so many steps the generator is told that the simulation has stopped.
        cfg: Its Mimic configuration, by default `stack_config()`.
    """

    # Upstream's base class builds a simulation and closes it again; neither is there.
    def __init__(
        self, num_envs: int, device: str = "cpu", seed: int = 0, max_steps: int | None = None, cfg: Any = None
    ):
        self.world = StackWorld(num_envs, device)
        self.cfg = cfg or stack_config()
        self.scene = SimpleNamespace(num_envs=num_envs, get_state=self._state)
        self.sim = SimpleNamespace(
            device=device, is_stopped=lambda: max_steps is not None and self.num_steps >= max_steps
        )
        self.recorder_manager = CountingRecorder()
        self.action_space = SimpleNamespace(shape=(num_envs, ACTION_DIM))
        self.num_steps = 0
        self.seconds = 0.0
        """Time spent in `step`."""
        self.attempt_steps: list[int] = []
        """Steps of each attempt that has ended."""
        self.first_stack: list[bool] = []
        """Whether cube 2 lay on cube 1 when an attempt ended."""
        self._seed, self._resets = seed, 0
        self._begun_at = [0] * num_envs

    def __del__(self):
        pass

    def close(self) -> None:
        pass

    num_envs = property(lambda self: self.world.num_envs)
    device = property(lambda self: str(self.world.device))
    obs_buf = property(lambda self: self.world.obs_buf)

    def _state(self, is_relative: bool = True) -> dict:
        return nest(self.world.state())

    def reset(self, seed: int | None = None, env_ids: Any = None, options: Any = None) -> tuple[dict, dict]:
        ids = torch.arange(self.num_envs) if env_ids is None else env_ids
        for env_id in ids.tolist():
            if self.num_steps > self._begun_at[env_id]:
                self.attempt_steps.append(self.num_steps - self._begun_at[env_id])
                self.first_stack.append(bool(self.world.rests()[env_id, 0]))
            self._begun_at[env_id] = self.num_steps
        attempts = torch.arange(self._resets, self._resets + len(ids), device=self.device)
        self._resets += len(ids)
        self.world.reset(ids, randomness.streams(self._seed, "reset", attempts))
        return self.obs_buf, {}

    def step(self, action: torch.Tensor) -> tuple:
        start = time.perf_counter()
        self.world.step(action.to(self.device))
        if self.world.device.type == "cuda":
            torch.cuda.synchronize()
        self.seconds += time.perf_counter() - start
        self.num_steps += 1
        return self.obs_buf, None, None, None, {}


def stacked(env: UpstreamStackEnv) -> torch.Tensor:
    """The task's success term."""
    return env.world.stacked()


@dataclass(frozen=True)
class UpstreamRun:
    """The result of a run of upstream's generator."""

    attempts: int
    successes: int
    steps: int
    """Environment steps, of all environments together."""
    seconds: float
    env_seconds: float


def source_pool(env: Any, demos: list[SourceDemo]) -> DataGenInfoPool:
    """Give demonstrations to upstream's own pool."""

    def tensors(arrays: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
        return {name: torch.as_tensor(array, device=env.device) for name, array in arrays.items()}

    pool = DataGenInfoPool(env, env.cfg, env.device)
    for demo in demos:
        info = {
            "eef_pose": tensors(demo.eef_pose),
            "target_eef_pose": tensors(demo.target_eef_pose),
            "object_pose": tensors(demo.object_pose),
            "subtask_term_signals": tensors(demo.term_signals),
            "subtask_start_signals": tensors(demo.start_signals) or None,
        }
        actions = torch.as_tensor(demo.actions, device=env.device)
        pool._add_episode(SimpleNamespace(data={"actions": actions, "obs": {"datagen_info": info}}))
    return pool


def run_upstream(env: UpstreamStackEnv, demos: list[SourceDemo], num_attempts: int, seed: int = 0) -> UpstreamRun:
    """Run upstream's generator, unchanged, until so many attempts have ended or the environment says to stop.

    Args:
        env: The environments.
        demos: The source demonstrations.
        num_attempts: How many.
        seed: Seed of upstream's choices and noise (torch's and numpy's global generators).
    """
    torch.manual_seed(seed)
    np.random.seed(seed)
    env.cfg.datagen_config.generation_num_trials = num_attempts
    env.cfg.datagen_config.generation_guarantee = False
    generation.num_success = generation.num_failures = generation.num_attempts = 0
    pool = source_pool(env, demos)
    generator = DataGenerator(env=env, src_demo_datagen_info_pool=pool)
    success = SimpleNamespace(func=stacked, params={})
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    resets, actions = asyncio.Queue(), asyncio.Queue()
    tasks = [
        loop.create_task(generation.run_data_generator(env, env_id, resets, actions, generator, success))
        for env_id in range(env.num_envs)
    ]
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        generation.env_loop(env, resets, actions, pool, loop)
    seconds = time.perf_counter() - start
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.close()
    asyncio.set_event_loop(None)
    return UpstreamRun(generation.num_attempts, generation.num_success, env.num_steps, seconds, env.seconds)
