# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The subtasks of one demonstration: grasp something, then put it somewhere or hold it until the end."""

from dataclasses import dataclass

from .evidence import Evidence
from .holds import Hold, Nothing, find_holds
from .places import nearest, shift, support

_SETTLES = 0.5
"""How long something that was let go takes to lie still [s]."""

Place = tuple[str, int]
"""End effector, index of its subtask."""


@dataclass(frozen=True)
class Part:
    """A subtask in one demonstration."""

    kind: str
    """`grasp` an object; `put` it on another, `clear` it from another, `leave` it beside another, `place` it at a goal
    (`goals`); `carry` it, held until the end; `retreat`, out of another hand's way; `move` without holding anything."""
    object: str
    """What is moved; empty for nothing."""
    reference: str
    """The object that the motion is relative to; empty for none."""
    hold: Hold | None = None
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Where the object lies from the reference, along the environment's axes [m]: at the end; of `clear` at the
    beginning."""
    height: float = 0.0
    """Of the object's frame: when it is grasped, or where it ends up [m]."""

    @property
    def alike(self) -> tuple[str, str, str]:
        """What the same subtask of another demonstration has in common with this one."""
        return self.kind, self.object, self.reference


@dataclass(frozen=True)
class Sketch:
    """The subtasks of one demonstration."""

    evidence: Evidence
    parts: dict[str, tuple[Part, ...]]
    """End effector -> its subtasks in order."""
    together: tuple[tuple[Place, Place], ...]
    """Pairs of subtasks in which two hands hold one object."""
    first: tuple[tuple[Place, Place, int], ...]
    """Pairs of subtasks of which the second needs room that the first makes; and how many steps of the second were
    left when there was room."""
    empty: tuple[Nothing, ...]
    """Times in which a hand was closed on nothing that moved."""

    @property
    def alike(self) -> tuple:
        """What another demonstration of the same task has in common with this one."""
        parts = tuple((eef, tuple(part.alike for part in listed)) for eef, listed in self.parts.items())
        return parts, self.together, tuple(pair[:2] for pair in self.first)


def sketch(evidence: Evidence) -> Sketch:
    """Return the subtasks that a demonstration shows."""
    holds, empty = find_holds(evidence)
    parts = {eef: _parts(evidence, eef, [hold for hold in holds if hold.eef == eef]) for eef in evidence.eefs}
    first = _first(evidence, parts)
    for (eef, index), _, _ in first:
        if index == len(parts[eef]) - 1:
            parts[eef].append(Part("retreat", "", parts[eef][index].reference))
    done = {eef: tuple(listed) for eef, listed in parts.items()}
    return Sketch(evidence, done, _together(done), first, tuple(empty))


def _parts(evidence: Evidence, eef: str, holds: list[Hold]) -> list[Part]:
    parts: list[Part] = []
    for hold in holds:
        parts.append(Part("grasp", hold.object, hold.object, hold, height=_height(evidence, hold.object, hold.start)))
        parts.append(_after_grasp(evidence, hold))
    if not parts:
        # Where it ends says what it is about, if anything does.
        hand = evidence.facts.eef_pose(eef)[-1, :3, 3]
        place = evidence.facts.pose
        aim = min(evidence.objects, key=lambda name: float((place(name)[-1, :3] - hand).norm()), default="")
        parts.append(Part("move", "", aim))
    return parts


def _after_grasp(evidence: Evidence, hold: Hold) -> Part:
    """Return what is done with a held object."""
    name, last = hold.object, evidence.steps - 1
    if hold.end > last and (below := support(evidence, name, last)) and below != support(evidence, name, hold.start):
        # The demonstration ends before the hand opens.
        return _put("put", evidence, hold, below, last)
    if hold.end > last:
        return Part("carry", name, name, hold, height=_height(evidence, name, last))
    still = rests(evidence, hold)
    if below := support(evidence, name, still):
        return _put("put", evidence, hold, below, still)
    if (below := support(evidence, name, hold.start)) and below != support(evidence, name, still):
        return _put("clear", evidence, hold, below, hold.start)
    return _put("leave", evidence, hold, nearest(evidence, name, still), still)


def rests(evidence: Evidence, hold: Hold) -> int:
    """Return the step at which an object that was let go lies still."""
    return min(hold.end + evidence.steps_in(_SETTLES), evidence.steps - 1)


def _put(kind: str, evidence: Evidence, hold: Hold, reference: str, step: int) -> Part:
    name = hold.object
    x, y, z = shift(evidence, name, reference, step).tolist() if reference else (0.0, 0.0, 0.0)
    return Part(kind, name, reference, hold, (x, y, z), _height(evidence, name, rests(evidence, hold)))


def _height(evidence: Evidence, name: str, step: int) -> float:
    return float(evidence.facts.pose(name)[step, 2])


def _together(parts: dict[str, tuple[Part, ...]]) -> tuple[tuple[Place, Place], ...]:
    """Return pairs of subtasks in which two hands move one object."""
    carried = [
        ((eef, index), part)
        for eef, listed in parts.items()
        for index, part in enumerate(listed)
        if part.hold is not None and part.kind != "grasp"
    ]
    pairs = []
    for at, (one, part) in enumerate(carried):
        for other, partner in carried[at + 1 :]:
            if part.object == partner.object and one[0] != other[0] and _overlap(part.hold, partner.hold):
                pairs.append((one, other))
    return tuple(pairs)


def _overlap(one: Hold | None, other: Hold | None) -> bool:
    return one is not None and other is not None and max(one.start, other.start) < min(one.end, other.end)


def _first(evidence: Evidence, parts: dict[str, list[Part]]) -> tuple[tuple[Place, Place, int], ...]:
    """Return pairs of subtasks of which one clears what another hand then puts something on."""
    cleared = [
        ((eef, index), part)
        for eef, listed in parts.items()
        for index, part in enumerate(listed)
        if part.kind == "clear"
    ]
    pairs = []
    for one, part in cleared:
        for eef, listed in parts.items():
            for index, other in enumerate(listed):
                if eef == one[0] or other.kind != "put" or other.reference != part.reference:
                    continue
                assert part.hold is not None and other.hold is not None
                if part.hold.end < other.hold.end:
                    ends = [later.hold.start for later in listed[index + 1 :] if later.hold]
                    pairs.append((one, (eef, index), (ends or [evidence.steps])[0] - part.hold.end))
    return tuple(pairs)
