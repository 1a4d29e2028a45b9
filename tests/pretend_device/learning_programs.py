# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Demonstrations recorded, written, replayed and trained on, and the policy evaluated, on the pretended device."""

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import torch
from pretend import CUDA, OnDevice
from registry import NUM_ENVS, demonstrations, planted, program

RECORDED = 40
"""Steps of each demonstration that are recorded."""
HORIZON = 4
"""Steps of a rollout; there are two in each environment."""
EPOCH = 2
"""Batches of an epoch."""
TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"

_folder = TemporaryDirectory()
DEMONSTRATIONS = Path(_folder.name) / "demos.hdf5"


@program("recorder and writer")
def _record(waits: Any) -> None:
    from kinematic import KinematicStackEnv

    from isaaclab_mimic_core import randomness
    from isaaclab_mimic_core.datasets import DatasetWriter, Episode
    from isaaclab_mimic_core.envs.episode_terms import after_step, before_step, initial_terms
    from isaaclab_mimic_core.envs.recorder import EpisodeRecorder

    env = KinematicStackEnv(NUM_ENVS, str(CUDA))
    everyone = torch.arange(NUM_ENVS, device=CUDA)
    env.reset(everyone, randomness.streams(7, "demonstration", everyone))
    # It outgrows its buffers twice.
    recorder: Any = EpisodeRecorder(NUM_ENVS, env.device, RECORDED // 4)
    actions = [torch.as_tensor(demo.actions[:RECORDED]) for demo in demonstrations()[:NUM_ENVS]]
    steps = torch.stack(actions, dim=1).to(CUDA)
    waits.clear()
    recorder.begin(everyone, initial_terms(env))
    for action in steps:
        terms = before_step(env, action)
        env.step(action)
        recorder.record({**terms, **after_step(env)})
    assert isinstance(recorder.length, OnDevice)
    with DatasetWriter(DEMONSTRATIONS, {"env_name": TASK, "type": 2, "env_kwargs": {}}) as writer:
        for env_id in range(NUM_ENVS):
            writer.add(Episode(recorder.take(env_id, RECORDED), {"success": True}))


def _replay(by: str) -> Any:
    def run(waits: Any) -> None:
        from kinematic import KinematicStackEnv

        from isaaclab_mimic_core.events import EpisodeReplayed
        from isaaclab_mimic_core.options import ReplayOptions
        from isaaclab_mimic_core.stages.replay import replay

        options = ReplayOptions(input=str(DEMONSTRATIONS), by=by, rest=0.1, any_task=True)  # type: ignore[arg-type]
        with replay.Replay(options, KinematicStackEnv(NUM_ENVS, str(CUDA))) as stage:
            verdicts = [event for event in stage if isinstance(event, EpisodeReplayed)]
        assert len(verdicts) == NUM_ENVS
        assert all(verdict.objects_apart is not None and verdict.objects_apart < 1e-3 for verdict in verdicts)

    return run


program("replay by actions")(_replay("actions"))
program("replay by states")(_replay("states"))


@program("annotation")
def _annotate(waits: Any) -> None:
    from kinematic import KinematicStackEnv

    from isaaclab_mimic_core.events import EpisodeAnnotated
    from isaaclab_mimic_core.options import AnnotateOptions
    from isaaclab_mimic_core.stages.annotation.automatic import Annotate

    output = DEMONSTRATIONS.with_name("annotated.hdf5")
    options = AnnotateOptions(input=str(DEMONSTRATIONS), output=str(output), any_task=True, from_states=False)
    with Annotate(options, KinematicStackEnv(NUM_ENVS, str(CUDA))) as stage:
        told = [event for event in stage if isinstance(event, EpisodeAnnotated)]
    # They end before the cubes are stacked.
    assert len(told) == NUM_ENVS and not any(event.ok for event in told)
    assert all(event.marks for event in told)


@cache
def _trainer() -> Any:
    """Return a trainer of the stack's recurrent mixture, small, on the device."""
    from isaaclab_mimic_core.learning.robomimic.config import build_config, read_config
    from isaaclab_mimic_core.learning.robomimic.trainer import Trainer

    raw = json.loads(json.dumps(read_config("upstream", TASK)[0]))
    raw["experiment"] |= {"epoch_every_n_steps": EPOCH, "validation_epoch_every_n_steps": 2, "validate": True}
    raw["algo"]["rnn"] |= {"hidden_dim": 8, "horizon": 4}
    raw["observation"]["modalities"]["obs"]["low_dim"] = ["eef_pos", "eef_quat", "gripper_pos", "cube_positions"]
    raw["train"] |= {"batch_size": 8, "seq_length": 4, "hdf5_normalize_obs": True, "data": str(DEMONSTRATIONS)}
    config = build_config(raw, "test")
    config.lock()
    found = _demonstrations_of(config)
    return Trainer(config, str(CUDA), False, "float32", demonstrations=found)


def _demonstrations_of(config: Any) -> Any:
    from dataclasses import replace

    from isaaclab_mimic_core.learning.robomimic.demonstrations import find_demonstrations

    with config.unlocked():
        config.experiment.validate = False
    found = find_demonstrations(config, values=False)
    return replace(found, train=found.train[1:], valid=found.train[:1])


@program("trainer, an epoch")
def _train(waits: Any) -> None:
    with torch.enable_grad():
        trainer = _trainer()
        trainer.begin_epoch()
        trainer.advance(1e9)
        before = [parameter.held.clone() for parameter in trainer.model.nets.parameters()]
        waits.clear()
        trainer.begin_epoch()
        assert trainer.advance(1e9) and trainer.loss and trainer.validation_loss
    after = [parameter.held for parameter in trainer.model.nets.parameters()]
    assert any((old != new).any() for old, new in zip(before, after, strict=True))


def _rollouts(**disturbance: Any) -> Any:
    def run(waits: Any) -> None:
        from kinematic import KinematicStackEnv

        from isaaclab_mimic_core.learning.rollouts import Disturbance, Rollouts

        env = KinematicStackEnv(NUM_ENVS, str(CUDA))
        policy = _trainer().policy(CUDA)
        numbers = range(2 * NUM_ENVS)
        rollouts = Rollouts(env, policy, numbers, 0, HORIZON, 5, Disturbance(**disturbance))
        waits.clear()
        ended = [rollout for _ in range(2 * HORIZON) for rollout in rollouts.step()]
        assert len(ended) == len(numbers) and rollouts.done

    return run


program("rollouts")(_rollouts())
program("rollouts, perturbed")(_rollouts(observation_noise=0.002, action_delay=2))


def _planted_in_training(fault: Any) -> Any:
    """Return a program in which a trained model is at fault."""

    def run(waits: Any) -> None:
        trainer = _trainer()
        step = trainer._step
        trainer._step = lambda batch, epoch: fault(step(batch, epoch))
        try:
            with torch.enable_grad():
                waits.clear()
                trainer.begin_epoch()
                trainer.advance(1e9)
        finally:
            trainer._step = step

    return run


def _planted_in_rollouts(fault: Any) -> Any:
    def run(waits: Any) -> None:
        from kinematic import KinematicStackEnv

        from isaaclab_mimic_core.learning.rollouts import Rollouts

        policy = _trainer().policy(CUDA)
        faulty = SimpleNamespace(
            spec=policy.spec, begin=policy.begin, act=lambda seen, streams: fault(policy.act(seen, streams))
        )
        env = KinematicStackEnv(NUM_ENVS, str(CUDA))
        rollouts = Rollouts(env, faulty, range(NUM_ENVS), 0, HORIZON, 5)  # type: ignore[arg-type]
        waits.clear()
        for _ in range(HORIZON):
            rollouts.step()

    return run


def _planted_in_deviation(fault: Any) -> Any:
    def run(waits: Any) -> None:
        from isaaclab_mimic_core.datasets import DatasetReader
        from isaaclab_mimic_core.stages.replay.deviation import Deviation

        with DatasetReader(DEMONSTRATIONS) as reader:
            episode = reader.read(reader.episode_names[0])
        deviation = Deviation(1, RECORDED, episode, 0.01, CUDA)
        deviation.begin(0, episode)
        state = {path: torch.as_tensor(values[:1]).to(CUDA) for path, values in episode.group("states").items()}
        step, playing = torch.zeros(1, dtype=torch.long, device=CUDA), torch.ones(1, dtype=torch.bool, device=CUDA)
        waits.clear()
        deviation.compare({path: fault(value) for path, value in state.items()}, step, playing)

    return run


def _of_host(value: torch.Tensor) -> torch.Tensor:
    return value + torch.zeros(value.shape)


def _item(value: torch.Tensor) -> torch.Tensor:
    return value + 0.0 * value.sum().item()


for kind, plant in (
    ("trainer", _planted_in_training),
    ("rollouts", _planted_in_rollouts),
    ("replay", _planted_in_deviation),
):
    program(f"planted in {kind}, a tensor of the host")(plant(lambda value: _of_host(value[None])[0]))
    program(f"planted in {kind}, one number")(plant(_item))
program("planted in recorder, a tensor of the host")(planted(lambda poses: _recorded(poses, _of_host)))
program("planted in recorder, one number")(planted(lambda poses: _recorded(poses, _item)))


def _recorded(poses: torch.Tensor, fault: Any) -> torch.Tensor:
    from isaaclab_mimic_core.envs.recorder import EpisodeRecorder

    recorder: Any = EpisodeRecorder(NUM_ENVS, CUDA, 4)
    recorder.begin(torch.arange(NUM_ENVS, device=CUDA), {"pose": poses})
    recorder.record({"pose": fault(poses)})
    return poses
