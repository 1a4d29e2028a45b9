# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The signals of running environments that a descriptor says without code."""

from collections.abc import Iterator, Mapping
from typing import Any

import torch

from ...errors import ConfigError
from ...robots.derived.fingers import read_fingers
from .computing import compute
from .expressions import Statement
from .facts import live_facts


class LiveSignals:
    """Compute statements in running environments.

    Args:
        env: A `BatchedEnv`.
        signals: The signals by name.
        success: What has to hold at the end; None if the environment says it itself.

    Raises:
        ConfigError: A statement names what is not in the scene, or asks for a gripper that cannot be read.
    """

    def __init__(self, env: Any, signals: Mapping[str, Statement], success: Statement | None):
        self._signals, self._success = signals, success
        every = [*signals.values(), *([success] if success else [])]
        flat = [each for statement in every for each in _flat(statement)]
        needs_hands = any(each.kind in ("grasped", "released") for each in flat)
        fingers = read_fingers(env.env, env.eef_names, env.info["task"]) if needs_hands else {}
        for statement in flat:
            _check(statement, env, fingers)
        self._facts = live_facts(env, fingers)

    def signals(self) -> dict[str, torch.Tensor]:
        """Return each signal: (num_envs,) bool."""
        return {name: compute(each, self._facts, self._signals) for name, each in self._signals.items()}

    def success(self) -> torch.Tensor:
        """Return whether the task is fulfilled: (num_envs,) bool."""
        assert self._success is not None
        return compute(self._success, self._facts, self._signals)


def _flat(statement: Statement) -> Iterator[Statement]:
    yield statement
    for part in statement.parts:
        yield from _flat(part)


def _check(statement: Statement, env: Any, fingers: Mapping[str, Any]) -> None:
    values, scene = statement.values, env.env.scene
    bodies = [*scene.rigid_objects, *scene.articulations]
    for key in ("object", "on", "in", "at"):
        # What is taken or put somewhere has a body.
        with_frames = key != "object" or statement.kind in ("reached", "released")
        things = [*bodies, *(env.frame_names if with_frames else ())]
        if (name := values.get(key)) and name not in things:
            raise ConfigError(
                f"there is no object {name!r} in the scene",
                where=statement.where,
                remedy=f"There are {', '.join(things) or 'none'}.",
            )
    if statement.kind == "joint":
        robot = scene.articulations.get(values["asset"])
        known = list(scene.articulations) if robot is None else robot.joint_names
        wanted = values["asset"] if robot is None else values["name"]
        if wanted not in known:
            what = "articulation" if robot is None else "joint"
            raise ConfigError(
                f"there is no {what} {wanted!r}",
                where=statement.where,
                remedy=f"There are {', '.join(known) or 'none'}.",
            )
    if statement.kind in ("grasped", "released") and not fingers[values["eef"]].joints:
        raise ConfigError(
            f"what the gripper of {values['eef']} is when open cannot be read from the environment's actions",
            where=statement.where,
            remedy="Use lifted, placed, reached or joint; or a signal of the environment's observations.",
        )
