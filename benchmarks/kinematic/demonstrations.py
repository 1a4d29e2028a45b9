# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Demonstrations of the kinematic stack task by a script, annotated as a source of generation."""

from pathlib import Path

import torch

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.datagen.sources.source_demo import SourceDemo
from isaaclab_mimic_core.datasets import DatasetWriter, Episode
from isaaclab_mimic_core.datasets.layout import ACTIONS, DATAGEN_INFO
from isaaclab_mimic_core.envs.datagen_terms import PREFIX, datagen_terms
from isaaclab_mimic_core.tasks import DEFAULT_TASK

from .batched_env import KinematicStackEnv
from .world import CUBE

_OPEN, _CLOSED = 1.0, -1.0
_LONGEST_MOVE = 0.04
"""No action asks for more than this [m]."""
_PICK_AND_PLACE = (
    # relative to what, how far above it [m], gripper, steps
    ("top", 0.1, _OPEN, 24),
    ("top", 0.0, _OPEN, 14),
    ("hand", 0.0, _CLOSED, 4),
    ("hand", 0.1, _CLOSED, 12),
    ("base", CUBE + 0.1, _CLOSED, 26),
    ("base", CUBE + 0.002, _CLOSED, 14),
    ("hand", 0.0, _OPEN, 4),
    ("hand", 0.1, _OPEN, 12),
)


def scripted_demonstrations(num_demos: int = 10, seed: int = 7) -> list[SourceDemo]:
    """Stack cube 2 on cube 1 and cube 3 on cube 2 from random initial states.

    Args:
        num_demos: How many, all of the same length.
        seed: Seed of the initial states.
    """
    env = KinematicStackEnv(num_demos)
    world = env.world
    env.reset(torch.arange(num_demos), randomness.streams(seed, "demonstration", torch.arange(num_demos)))
    rows: list[dict[str, torch.Tensor]] = []
    for top, base in ((1, 0), (2, 1)):
        for where, above, gripper, steps in _PICK_AND_PLACE:
            for _ in range(steps):
                there = {"top": world.cube_position[:, top], "base": world.cube_position[:, base]}
                gap = there.get(where, world.eef_position) - world.eef_position
                gap = gap + torch.tensor([0.0, 0.0, above])
                distance = gap.norm(dim=-1, keepdim=True).clamp_min(1e-9)
                gap = gap * (_LONGEST_MOVE / distance).clamp_max(1.0)
                action = torch.cat([gap, torch.zeros(num_demos, 3), torch.full((num_demos, 1), gripper)], dim=-1)
                rows.append({"actions": action, **{k: v.clone() for k, v in datagen_terms(env, action).items()}})
                env.step(action)
    assert world.stacked().all(), "the script does not fulfil the task it demonstrates"
    terms = {path: torch.stack([row[path] for row in rows], dim=1).numpy() for path in rows[0]}

    def group(name: str, demo: int) -> dict:
        prefix = f"{PREFIX}/{name}/"
        return {path.removeprefix(prefix): value[demo] for path, value in terms.items() if path.startswith(prefix)}

    return [
        SourceDemo(
            name=f"demo_{index}",
            actions=terms["actions"][index],
            eef_pose=group("eef_pose", index),
            target_eef_pose=group("target_eef_pose", index),
            object_pose=group("object_pose", index),
            term_signals=group("subtask_term_signals", index),
        )
        for index in range(num_demos)
    ]


def write_annotated(path: Path) -> None:
    """Write such demonstrations into a file, as annotated ones of the stack task."""
    with DatasetWriter(path, {"env_name": DEFAULT_TASK}) as writer:
        for demo in scripted_demonstrations():
            data = {ACTIONS: demo.actions}
            for group in ("eef_pose", "target_eef_pose", "object_pose"):
                data |= {f"{DATAGEN_INFO}/{group}/{name}": poses for name, poses in getattr(demo, group).items()}
            data |= {f"{DATAGEN_INFO}/subtask_term_signals/{name}": s for name, s in demo.term_signals.items()}
            writer.add(Episode(data, {"success": True}))
