# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Put together the records of attempts that have ended; the generator decides when they do."""

import torch

from ..outcomes import AttemptOutcome
from .diversity import placement
from .failures.check import Parts
from .failures.monitor import FailureMonitor
from .retries import Retries


def outcomes_of(
    env_ids: list[int], parts: Parts, monitor: FailureMonitor, retries: Retries, won: torch.Tensor, slot: torch.Tensor
) -> list[AttemptOutcome]:
    """Return the records of attempts that have ended.

    Args:
        env_ids: Their environments.
        parts: Parts of the generator.
        monitor: Says why they failed.
        retries: Says how often they were retried.
        won: (num_envs,) bool: attempts that have succeeded, as far as the task says.
        slot: (num_envs,) subtask that failed, where one has.
    """
    ids = torch.tensor(env_ids, device=won.device)
    attempts, selector, names = parts.attempts, parts.trajectories.selector, parts.config.subtasks.eef_names
    bodies = parts.env.object_names[: parts.bank.num_bodies]
    rows = zip(
        env_ids,
        monitor.explain(ids, won, slot),
        attempts.number[ids].tolist(),
        attempts.steps[ids].tolist(),
        selector.sources[ids].tolist(),
        selector.segments(ids).tolist(),
        placement(attempts.start[ids, : len(bodies)]).tolist(),
        attempts.ends[ids].tolist(),
        retries.counts[ids].sum(dim=1).tolist(),
        monitor.flagged[ids].tolist(),
        strict=True,
    )
    missed = [[]] * len(env_ids) if selector.misses is None else selector.misses[ids].tolist()
    outcomes = []
    for (env, (success, cause, subtask), number, steps, sources, segments, start, ended, count, flagged), off in zip(
        rows, missed, strict=True
    ):
        used = {name: [source for source in sources[eef] if source >= 0] for eef, name in enumerate(names)}
        outcomes.append(
            AttemptOutcome(
                attempt=number,
                env=env,
                success=success,
                steps=steps,
                cause=cause,
                subtask=subtask,
                sources=used,
                placement=dict(zip(bodies, start, strict=True)),
                segments={name: segments[eef][: len(used[name])] for eef, name in enumerate(names)},
                ends={name: ended[eef][: len(used[name])] for eef, name in enumerate(names)},
                misses={
                    name: off[eef][: len(used[name])]
                    for eef, name in enumerate(names)
                    if off and parts.env.limited[eef]
                },
                retries=count,
                flagged=flagged,
            )
        )
    return outcomes
