# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Places where demonstrations put an object wherever it began: goals that are fixed in the environment."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from .evidence import Evidence
from .sketch import Part, Place, Sketch, rests

_SAME = 0.02
"""How far from their middle places may be that are one [m]."""
_BEGAN = 0.03
"""How far from their middle the beginnings have to be at least, for one place to tell something [m]."""
_TIMES = 3.0
"""How many times farther apart than the ends these have to be."""


@dataclass(frozen=True)
class Goal:
    """A place where an object is put."""

    name: str
    """Of its frame."""
    object: str
    pos: tuple[float, float, float]
    """Of the object's frame, in the environment's [m]."""
    spread: float
    """How far the demonstrations' places are from it at most [m]."""
    began: float
    """How far the object's beginnings are from their middle at most [m]."""


def find_goals(sketches: Sequence[Sketch]) -> tuple[list[Sketch], list[Goal]]:
    """Find places where several demonstrations put an object on nothing that is known.

    Args:
        sketches: The demonstrations.

    Returns:
        The sketches, in which such parts then are `place` at the goal; and the goals.
    """
    group = Counter(map(_order, sketches)).most_common(1)[0][0]
    alike = [each for each in sketches if _order(each) == group]
    goals: dict[Place, Goal] = {}
    for eef, listed in alike[0].parts.items():
        for at, part in enumerate(listed):
            if part.kind == "leave" and (goal := _goal([each.parts[eef][at] for each in alike], alike, goals)):
                goals[eef, at] = goal
    if not goals:
        return list(sketches), []
    return [_with_goals(each, goals) if _order(each) == group else each for each in sketches], [*goals.values()]


def _order(sketch: Sketch) -> tuple:
    """Return what is done with which object, whatever it is relative to."""
    return tuple((eef, tuple((part.kind, part.object) for part in listed)) for eef, listed in sketch.parts.items())


def _goal(parts: Sequence[Part], sketches: Sequence[Sketch], known: dict[Place, Goal]) -> Goal | None:
    """Return the place where a subtask's object ends in all demonstrations; None if there is none."""
    seen = list(zip(parts, (each.evidence for each in sketches), strict=True))
    ends = torch.stack([each.facts.pose(part.object)[rests(each, part.hold), :3] for part, each in seen if part.hold])
    starts = torch.stack([each.facts.pose(part.object)[part.hold.start, :3] for part, each in seen if part.hold])
    middle = ends.mean(dim=0)
    spread, began = (
        float((points - points.mean(dim=0)).norm(dim=-1).max()) if len(points) else 0.0 for points in (ends, starts)
    )
    if len(ends) < 2 or spread > _SAME or began < max(_BEGAN, _TIMES * spread):
        return None
    name, stem = f"{parts[0].object}_goal", f"{parts[0].object}_goal"
    taken = {*sketches[0].evidence.objects, *(goal.name for goal in known.values())}
    number = 1
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    x, y, z = (round(float(value), 4) for value in middle)
    return Goal(name, parts[0].object, (x, y, z), spread, began)


def _with_goals(sketch: Sketch, goals: dict[Place, Goal]) -> Sketch:
    parts = {
        eef: tuple(
            replace(part, kind="place", reference=goals[eef, at].name) if (eef, at) in goals else part
            for at, part in enumerate(listed)
        )
        for eef, listed in sketch.parts.items()
    }
    return replace(sketch, parts=parts, evidence=_with_frames(sketch.evidence, [*goals.values()]))


def _with_frames(evidence: Evidence, goals: Sequence[Goal]) -> Evidence:
    """Return what a demonstration shows, with goals among what has a pose."""
    places = {goal.name: torch.tensor([*goal.pos, 0.0, 0.0, 0.0, 1.0]) for goal in goals}
    facts = evidence.facts

    def pose(name: str) -> torch.Tensor:
        return places[name].expand(evidence.steps, 7) if name in places else facts.pose(name)

    def velocity(name: str) -> torch.Tensor:
        return torch.zeros(evidence.steps, 3) if name in places else facts.velocity(name)

    return replace(evidence, facts=replace(facts, pose=pose, velocity=velocity))
