# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What several demonstrations of a task have in common, as subtasks with the signals that end them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from ...errors import DatasetError
from ..signals.computing import compute
from ..signals.expressions import Statement
from .evidence import Evidence
from .goals import Goal, find_goals
from .sketch import Part, Sketch, sketch
from .statements import ending, every, lasting

_FAR = 0.5
"""A signal that rises farther from where its subtask ends is not told by it [s]."""
_LAST = 0.5
"""How long before a demonstration ends its success has to hold at the latest [s]."""
_CUT, _BLEND, _BLEND_TOGETHER = 0.5, 0.25, 0.15
"""Unit of cuts behind a signal; length of interpolations [s]."""
_SLIPPED = 0.015
"""How far a grasped object moves in the hand where that is worth a doubt [m]."""
_NOISE, _NOISE_OF_TWO, _NOISE_TOGETHER = 0.03, 0.01, 0.002
"""Action noise proposed for one arm, for two, and for two that hold one object: a standard deviation in units of the
action; as in upstream's stack and our two-armed tasks."""


@dataclass(frozen=True)
class Proposed:
    """A subtask."""

    kind: str
    """As in `sketch.Part`."""
    object: str
    """What is moved."""
    object_ref: str | None
    signal: str | None
    """Name of the signal that ends it; None: it runs to the end."""
    fields: Mapping[str, Any]
    """Its other keys in a descriptor (`descriptors.schema.SUBTASK`)."""
    seen: str
    """What was seen of it."""
    sure: str
    """`sure`, `likely` or `unsure`."""
    doubts: tuple[str, ...]
    """Why it may be otherwise."""
    marks: Mapping[str, int] = field(default_factory=dict)
    """Demonstration -> step at which the signal rises; without those in which it does not."""


@dataclass(frozen=True)
class Proposal:
    """The subtasks of a task."""

    subtasks: Mapping[str, Sequence[Proposed]]
    """End effector -> its subtasks in order."""
    constraints: Sequence[Mapping[str, Any]]
    """As in a descriptor."""
    goals: Sequence[Goal]
    """Places that are fixed in the environment."""
    signals: Mapping[str, Statement]
    success: Statement | None
    """What is done with each object last; None if that cannot be said, or says nothing."""
    doubts: Sequence[str]
    """Why success may be something else."""
    demos: Sequence[str]
    """The demonstrations that show these subtasks."""
    others: Mapping[str, str]
    """Demonstration that shows other ones -> which."""
    notes: Sequence[str]
    """What else was seen."""


def propose(evidence: Sequence[Evidence]) -> Proposal:
    """Return the subtasks that the most demonstrations show; unsure if these are not more than half of them.

    Args:
        evidence: The demonstrations, at least one; all with the same end effectors and objects.

    Raises:
        DatasetError: No hand moves anything in them.
    """
    sketches, goals = find_goals([sketch(each) for each in evidence])
    common, _ = Counter(each.alike for each in sketches).most_common(1)[0]
    alike = [each for each in sketches if each.alike == common]
    parts = {
        eef: [[each.parts[eef][at] for each in alike] for at in range(len(listed))]
        for eef, listed in alike[0].parts.items()
    }
    if all(listed[0][0].kind == "move" for listed in parts.values()):
        raise DatasetError(
            "no object moves with a closed hand in it",
            where=", ".join(each.name for each in evidence),
            remedy="Write the subtasks by hand, from: mimic task show TASK",
        )
    seen = [each.evidence for each in alike]
    signals, named = _signals(parts, seen)
    share = len(alike), len(sketches)
    success, doubts = _checked(_success(parts, seen), seen)
    return Proposal(
        {
            eef: [_proposed(eef, at, parts, alike, named, signals, share) for at in range(len(listed))]
            for eef, listed in parts.items()
        },
        _constraints(alike),
        [goal for goal in goals if any(part[0].reference == goal.name for listed in parts.values() for part in listed)],
        signals,
        success,
        doubts,
        [each.name for each in seen],
        {each.evidence.name: _told(each) for each in sketches if each.alike != common},
        [
            f"{each.evidence.name}: {nothing.eef} is closed from step {nothing.start} to {nothing.end},"
            " and nothing moves with it"
            for each in alike
            for nothing in each.empty
        ],
    )


Parts = dict[str, list[list[Part]]]
"""End effector -> subtask -> the same in each demonstration."""


def _signals(parts: Parts, evidence: Sequence[Evidence]) -> tuple[dict[str, Statement], dict[tuple[str, int], str]]:
    """Return the signals, and the names of those that end subtasks."""
    signals: dict[str, Statement] = {}
    named: dict[tuple[str, int], str] = {}
    for eef, listed in parts.items():
        for at, (part, after) in enumerate(pairwise(listed)):
            name = stem = _name(part[0], eef if len(parts) > 1 else "")
            number = 1
            while name in signals:
                number += 1
                name = f"{stem}_{number}"
            held_on = after[0].reference == part[0].object
            signals[name] = ending(eef, part, evidence, held_on)
            named[eef, at] = name
    return signals, named


def _name(part: Part, eef: str) -> str:
    if part.kind == "grasp":
        return "_".join(filter(None, (eef, "grasp", part.object)))
    if part.kind == "place":
        return f"{part.object}_at_goal"
    word = {"put": "on", "clear": "off", "leave": "beside"}[part.kind]
    return "_".join(filter(None, (part.object, word, part.reference)))


def _proposed(
    eef: str,
    at: int,
    parts: Parts,
    sketches: Sequence[Sketch],
    named: Mapping[tuple[str, int], str],
    signals: Mapping[str, Statement],
    share: tuple[int, int],
) -> Proposed:
    """Return one subtask."""
    part = parts[eef][at]
    signal = named.get((eef, at))
    marks = {} if signal is None else _marks(signals[signal], signals, [each.evidence for each in sketches])
    doubts = _doubts(part, share)
    untold = [] if signal is None else _doubts_of_marks(part, signal, marks, sketches)
    few = 2 * share[0] <= share[1]
    unsure = few or untold or part[0].kind in ("leave", "move")
    doubts += untold
    sure = "unsure" if unsure else "likely" if doubts or part[0].kind in ("clear", "place", "retreat") else "sure"
    together = any((eef, at) in pair for each in sketches[:1] for pair in each.together)
    fields = _fields(parts, eef, at, together, _room(eef, at, sketches, marks), sketches[0].evidence)
    return Proposed(
        part[0].kind,
        part[0].object,
        part[0].reference or None,
        signal,
        fields,
        _seen(part[0]),
        sure,
        tuple(doubts),
        marks,
    )


def _room(eef: str, at: int, sketches: Sequence[Sketch], marks: Mapping[str, int]) -> int:
    """Return the fewest steps between a subtask's signal and what comes before or after it; 0 if it never rises."""
    found = []
    for each in sketches:
        mark = marks.get(each.evidence.name)
        if mark is not None:
            start = _expected(each.parts[eef][at - 1]) if at else 0
            found.append(min(_expected_or_end(each, eef, at + 1) - mark, mark - start))
    return max(0, min(found, default=0))


def _fields(parts: Parts, eef: str, at: int, together: bool, room: int, evidence: Evidence) -> dict[str, Any]:
    """Return the other keys of a subtask."""
    part, last = parts[eef][at][0], at == len(parts[eef]) - 1
    fields: dict[str, Any] = {"description": _description(part)}
    if part.reference and part.kind != "place":
        fields |= {"selection_strategy": "nearest_neighbor_object", "selection_strategy_kwargs": {"nn_k": 3}}
    if not last:
        grasp = part.kind == "grasp"
        held_on = parts[eef][at + 1][0].reference == part.object
        unit = evidence.steps_in(_CUT)
        low, high = (0, 0) if grasp and held_on else (0, unit) if grasp else (unit, 2 * unit)
        # A cut stays in the first third of what follows.
        fields["subtask_term_offset_range"] = [min(low, room // 4), min(high, room // 3)]
    noise = _NOISE_TOGETHER if together else _NOISE_OF_TWO if len(parts) > 1 else _NOISE
    blend = evidence.steps_in(_BLEND_TOGETHER if together else _BLEND)
    return fields | {"action_noise": noise, "num_interpolation_steps": blend}


def _expected(part: Part) -> int:
    """Return the step at which a subtask should end."""
    if part.hold is None:
        return 0
    return part.hold.moves if part.kind == "grasp" else part.hold.end


def _expected_or_end(each: Sketch, eef: str, at: int) -> int:
    listed = each.parts[eef]
    if at >= len(listed) - 1:
        return each.evidence.steps
    return _expected(listed[at])


def _marks(signal: Statement, signals: Mapping[str, Statement], evidence: Sequence[Evidence]) -> dict[str, int]:
    """Return where a signal first holds, by demonstration."""
    found = {each.name: compute(signal, each.facts, signals).nonzero().flatten() for each in evidence}
    return {name: int(steps[0]) for name, steps in found.items() if len(steps)}


def _doubts(parts: Sequence[Part], share: tuple[int, int]) -> list[str]:
    part, doubts = parts[0], []
    agree, of = share
    if agree < of:
        doubts.append(f"{of - agree} of {of} demonstrations show other subtasks")
    holds = [each.hold for each in parts if each.hold is not None]
    if part.kind == "grasp":
        slip = max(hold.slip for hold in holds)
        if slip > _SLIPPED:
            doubts.append(f"{part.object} moves by {100 * slip:.1f} cm in the hand")
    if part.kind == "clear":
        doubts.append(f"it may be about where {part.object} is put instead")
    if part.kind == "leave":
        near = f"{part.reference} is only the nearest object to it" if part.reference else "there is no other object"
        doubts.append(f"{part.object} is put on nothing that is known; {near}")
    if part.kind == "move":
        doubts.append("nothing moves with this hand")
    return doubts


def _doubts_of_marks(
    parts: Sequence[Part], signal: str, marks: Mapping[str, int], sketches: Sequence[Sketch]
) -> list[str]:
    missing = [each.evidence.name for each in sketches if each.evidence.name not in marks]
    off = [
        each.evidence.name
        for part, each in zip(parts, sketches, strict=True)
        if part.hold is not None
        and (mark := marks.get(each.evidence.name)) is not None
        and not part.hold.start - (far := each.evidence.steps_in(_FAR)) <= mark <= _expected(part) + far
    ]
    doubts = []
    if missing:
        doubts.append(f"the signal {signal} never rises in {_some(missing)}")
    if off:
        doubts.append(f"the signal {signal} rises at another time in {_some(off)}")
    return doubts


def _description(part: Part) -> str:
    name, other = part.object.replace("_", " "), part.reference.replace("_", " ")
    return {
        "grasp": f"Grasp the {name}",
        "put": f"Put the {name} on the {other}",
        "clear": f"Take the {name} away from the {other}",
        "place": f"Put the {name} at its goal",
        "leave": f"Put the {name} down" + (f" beside the {other}" if other else ""),
        "carry": f"Move the {name}",
        "retreat": "Make room",
        "move": f"Move to the {other}" if other else "Move",
    }[part.kind]


def _seen(part: Part) -> str:
    """Return what a demonstration shows of a subtask, in words."""
    hold = part.hold
    if hold is None:
        return "the other hand needs the room" if part.kind == "retreat" else "no object moves with this hand"
    if part.kind == "grasp":
        rival = f"; {hold.rival} moves with both, but is not between the fingers" if hold.rival else ""
        return (
            f"the hand closes at step {hold.start}, {part.object} moves with it from {hold.moves} on,"
            f" {100 * hold.way:.0f} cm far{rival}"
        )
    if part.kind == "carry":
        return f"the hand holds {part.object} until the end"
    where = {
        "put": f"{part.object} then lies on {part.reference}",
        "clear": f"{part.object} lay on {part.reference} before, and then does not",
        "place": f"{part.object} then lies at one place in the environment, wherever it was before",
        "leave": f"{part.object} then lies beside {part.reference or 'nothing'}",
    }[part.kind]
    return f"the hand holds it until step {hold.end}; {where}"


def _told(each: Sketch) -> str:
    """Return a demonstration's subtasks in a few words."""
    return "; ".join(
        f"{eef}: {', '.join(' '.join(filter(None, dict.fromkeys(part.alike))) for part in listed)}"
        for eef, listed in each.parts.items()
    )


def _constraints(sketches: Sequence[Sketch]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for one, other in sketches[0].together:
        found.append(
            {
                "constraint_type": "coordination",
                "eef_subtask_constraint_tuple": [list(one), list(other)],
                "coordination_scheme": "transform",
                "coordination_synchronize_start": True,
            }
        )
    for at, (one, other, _) in enumerate(sketches[0].first):
        # The second hand may come as close meanwhile as in the demonstration in which it was the closest.
        left, margin = min(each.first[at][2] for each in sketches), sketches[0].evidence.steps_in(_CUT)
        found.append(
            {
                "constraint_type": "sequential",
                "eef_subtask_constraint_tuple": [list(one), list(other)],
                "sequential_min_time_diff": -(-left // margin) * margin + margin,
            }
        )
    return found


def _checked(success: Statement | None, evidence: Sequence[Evidence]) -> tuple[Statement | None, list[str]]:
    """Return success if demonstrations do not contradict it, and doubts about it.

    Args:
        success: What is done with each object last; None if that cannot be said.
        evidence: The demonstrations that should show it.
    """
    if success is None:
        return None, ["what success is cannot be said by what these demonstrations show"]
    held = {each.name: compute(success, each.facts, {}) for each in evidence}
    if begun := [name for name, holds in held.items() if bool(holds[0])]:
        return None, [f"what is done last ({_plainly(success)}) holds from the beginning in {_some(begun)}"]
    last = {each.name: each.steps_in(_LAST) for each in evidence}
    failed = [name for name, holds in held.items() if not bool(holds[-last[name] :].any())]
    return success, [f"success does not hold at the end of {_some(failed)}"] if failed else []


def _plainly(statement: Statement) -> str:
    """Return the kinds of statements in one, in words."""
    if not statement.parts:
        return statement.kind
    joined = (" and " if statement.kind == "all" else " or ").join(map(_plainly, statement.parts))
    return f"not {joined}" if statement.kind == "not" else joined


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} others" if len(names) > 3 else "")


def _success(parts: Parts, evidence: Sequence[Evidence]) -> Statement | None:
    """Return what holds at the end: of each object what is done with it last."""
    final: dict[str, tuple[int, Statement | None]] = {}
    for eef, listed in parts.items():
        for at, part in enumerate(listed):
            if part[0].hold is not None and part[0].kind != "grasp":
                when = part[0].hold.end
                if part[0].object not in final or final[part[0].object][0] <= when:
                    final[part[0].object] = when, lasting(eef, part, listed[at - 1], evidence)
    said = [statement for _, statement in sorted(final.values(), key=lambda each: each[0])]
    flat: dict[str, Statement] = {}
    for statement in said:
        if statement is None:
            return None
        for each in statement.parts if statement.kind == "all" else (statement,):
            flat.setdefault(repr(each), each)
    return every(*flat.values()) if flat else None
