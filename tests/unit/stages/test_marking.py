# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Marks set by hand: which are expected, where they may be, undo and redo."""

from types import SimpleNamespace

import numpy as np
import pytest

from isaaclab_mimic_core.datagen.config import Subtask
from isaaclab_mimic_core.datasets import first_change
from isaaclab_mimic_core.stages.annotation.marking import Marking, MarkRefused, expected_marks

LENGTH = 100


def subtask(signal, term=(0, 0), start=(0, 0), description=""):
    return Subtask(signal, description, "", start_offset=start, term_offset=term, first_offset=(0, 0))


STACK = {"arm": [subtask("grasp", (10, 20), description="Grasp it"), subtask("stack", (5, 10)), subtask(None)]}


@pytest.fixture
def marking() -> Marking:
    return Marking(expected_marks(STACK), LENGTH)


def test_every_subtask_but_the_last_wants_a_mark():
    slots = expected_marks(STACK)
    assert [(s.eef, s.subtask, s.label, s.description) for s in slots] == [
        ("arm", 0, "grasp", "Grasp it"),
        ("arm", 1, "stack", ""),
    ]


def test_starts_are_wanted_of_every_subtask_that_has_a_name():
    named = {"arm": [subtask("grasp"), subtask("stack")], "other": [subtask(None)]}
    labels = [slot.label for slot in expected_marks(named, start_signals=True)]
    assert labels == ["start of grasp", "grasp", "start of stack"]


def test_signals_rise_at_their_marks(marking):
    marking.place(0, 30)
    marking.place(1, 60)
    term, start = marking.signals()
    assert {name: first_change(values) for name, values in term.items()} == {"grasp": 30, "stack": 60} and not start
    assert all(len(values) == LENGTH and values.dtype == np.bool_ for values in term.values())


@pytest.mark.parametrize("step", [-1, 0, LENGTH])
def test_a_signal_cannot_rise_where_nothing_changes(marking, step):
    with pytest.raises(MarkRefused, match=f"cannot be at {step}"):
        marking.place(0, step)
    assert marking.steps == (None, None)


def test_a_mark_before_the_one_it_must_follow_is_refused(marking):
    marking.place(0, 50)
    with pytest.raises(MarkRefused, match="stack of arm must come after grasp"):
        marking.place(1, 40)
    assert marking.steps == (50, None) and marking.can_undo


def test_offsets_that_could_empty_a_segment_are_refused_with_the_number(marking):
    """The end of grasp may come 20 later, that of stack as early as 5 later: at least 16 samples must lie between."""
    marking.place(0, 30)
    with pytest.raises(MarkRefused, match="could be empty: it needs 1 more samples, for random offsets"):
        marking.place(1, 45)
    marking.place(1, 46)
    with pytest.raises(MarkRefused, match="from grasp to stack could be empty"):
        marking.place(0, 31)


def test_the_last_segment_needs_a_sample_too(marking):
    """It begins with stack's end, mark + 1, at most 10 later, and ends with the demonstration."""
    with pytest.raises(MarkRefused, match="from stack to the end"):
        marking.place(1, LENGTH - 11)
    marking.place(1, LENGTH - 12)


def test_marks_not_set_yet_keep_their_room(marking):
    with pytest.raises(MarkRefused, match="no room is left between grasp and the end of arm for stack"):
        marking.place(0, 80)
    marking.place(0, 62)


def test_what_is_allowed_is_what_the_generator_accepts():
    """Both sides of every bound, against the check that sources undergo."""
    import torch

    from isaaclab_mimic_core.datagen.sources.segmentation import segment
    from isaaclab_mimic_core.datagen.sources.source_demo import SourceDemo
    from isaaclab_mimic_core.errors import DatasetError

    signals = ("grasp", "stack", None)
    plan = SimpleNamespace(
        eef_names=("arm",),
        signals=(signals,),
        term_offset=torch.tensor([[[10, 20], [5, 10], [0, 0]]]),
        first_offset=torch.tensor([[0, 25]]),
        start_offset=torch.zeros(1, 3, 2, dtype=torch.long),
        planned=False,
    )
    actions = np.zeros((LENGTH, 1))
    agreed = set()
    for grasp in range(1, LENGTH, 3):
        for stack in range(grasp + 1, LENGTH):
            marking = Marking(expected_marks(STACK), LENGTH, {"arm": 25})
            marking.load({"grasp": grasp, "stack": stack})
            term = {name: np.arange(LENGTH) >= step for name, step in marking.marks().items()}
            demo = SourceDemo("demo", actions, {}, {}, {}, term)
            try:
                segment(demo, plan, 0)
                fine = stack + 1 + 10 < LENGTH  # segment does not mind an empty last one
            except DatasetError:
                fine = False
            assert fine == (not marking.problems()), (grasp, stack)
            agreed.add(fine)
    assert agreed == {True, False}


def test_undo_and_redo(marking):
    marking.place(0, 30)
    marking.place(0, 35)
    marking.remove(0)
    for expected in (35, 30, None):
        marking.undo()
        assert marking.steps[0] == expected
    with pytest.raises(MarkRefused, match="nothing to undo"):
        marking.undo()
    for expected in (30, 35, None):
        marking.redo()
        assert marking.steps[0] == expected
    with pytest.raises(MarkRefused, match="nothing to redo"):
        marking.redo()
    marking.undo()
    marking.place(0, 33)
    assert not marking.can_redo


def test_marks_from_elsewhere_are_taken_as_they_are_and_their_faults_named(marking):
    marking.load({"grasp": 60, "stack": 50, "other": 3})
    assert marking.steps == (60, 50) and marking.complete
    assert marking.problems() == ["stack of arm must come after grasp"]
    with pytest.raises(MarkRefused, match="must come after"):
        marking.signals()
    marking.place(0, 20)
    assert not marking.problems()
    marking.undo()
    marking.undo()
    assert marking.steps == (None, None)
    assert marking.problems() == ["grasp of arm is not marked", "stack of arm is not marked"]


def test_jumping_finds_the_nearest_mark_of_any_end_effector():
    both = {"left": [subtask("a"), subtask(None)], "right": [subtask("b"), subtask(None)]}
    marking = Marking(expected_marks(both), LENGTH)
    marking.place(0, 20)
    marking.place(1, 70)
    assert (marking.neighbour(70, -1), marking.neighbour(0, 1), marking.neighbour(20, 1)) == (0, 0, 1)
    assert marking.neighbour(20, -1) is None and marking.neighbour(99, 1) is None
    assert marking.next_slot("left") is None and marking.eef_names == ("left", "right")


def test_starts_and_ends_alternate_with_their_own_offsets():
    named = {"arm": [subtask("grasp", (0, 5), (-3, 2)), subtask("stack", start=(-4, 0))]}
    marking = Marking(expected_marks(named, start_signals=True), LENGTH)
    with pytest.raises(MarkRefused, match="from the beginning to start of grasp"):
        marking.place(0, 2)
    marking.place(0, 3)
    marking.place(1, 40)
    with pytest.raises(MarkRefused, match="from grasp to start of stack"):
        marking.place(2, 50)
    marking.place(2, 51)
    term, start = marking.signals()
    assert set(term) == {"grasp"} and {n: first_change(v) for n, v in start.items()} == {"grasp": 3, "stack": 51}
