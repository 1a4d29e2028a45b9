# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Instructions and hints for a person who demonstrates."""

import pytest

from isaaclab_mimic_core.datagen.config import Subtask
from isaaclab_mimic_core.stages.recording.hints import Hints
from isaaclab_mimic_core.stages.recording.instructions import Instructions


def subtask(signal, description="", following="", about=None):
    return Subtask(
        signal, description, following, start_offset=(0, 0), term_offset=(0, 0), first_offset=(0, 0), object_ref=about
    )


STACK = [
    subtask("grasp_1", "Grasp red cube", "Stack red cube on top of blue cube"),
    subtask("stack_1", following="Grasp green cube"),
    subtask(None, about="cube_3"),
]


def said(events):
    return [(event.eef, event.subtask, event.of, event.now, event.next) for event in events]


def test_descriptions_are_taken_from_where_the_task_has_them():
    """Isaac Lab's stack describes all but its first subtask with the subtask before."""
    instructions = Instructions({"franka": STACK})
    assert said(instructions.begin()) == [("franka", 0, 3, "Grasp red cube", "Stack red cube on top of blue cube")]
    assert said(instructions.observe({"grasp_1": False, "stack_1": False})) == []
    assert said(instructions.observe({"grasp_1": True, "stack_1": False})) == [
        ("franka", 1, 3, "Stack red cube on top of blue cube", "Grasp green cube")
    ]
    # Its signal falls again: that subtask is over all the same, and the present one has not ended.
    assert said(instructions.observe({"grasp_1": False, "stack_1": False})) == []
    assert said(instructions.observe({"grasp_1": False, "stack_1": True})) == [("franka", 2, 3, "Grasp green cube", "")]
    assert instructions.current == {
        "franka": {"subtask": 3, "of": 3, "now": "Grasp green cube", "next": "", "object": "cube_3"}
    }


def test_every_end_effector_is_instructed():
    instructions = Instructions(
        {
            "left": [subtask("taken", "Take it"), subtask(None, "Put it down")],
            "right": [subtask("cleared"), subtask("away", "Make room"), subtask(None)],
        }
    )
    assert said(instructions.begin()) == [
        ("left", 0, 2, "Take it", "Put it down"),
        ("right", 0, 3, "Subtask 1 of 3 (cleared)", "Make room"),
    ]
    instructions.observe({"taken": False, "cleared": True, "away": False})
    # A falling edge ends a subtask as well.
    assert said(instructions.observe({"taken": True, "cleared": False, "away": False})) == [
        ("left", 1, 2, "Put it down", ""),
        ("right", 1, 3, "Make room", "Subtask 3 of 3"),
    ]
    assert [event.subtask for event in instructions.begin()] == [0, 0]


def test_a_task_without_signals_has_a_first_instruction():
    instructions = Instructions({"left": [subtask("idle", "Pick up"), subtask(None)]})
    assert len(instructions.begin()) == 1 and instructions.observe({}) == []


def watch(hints, places, success=False):
    return [hint.message for x in places for hint in hints.observe([(x, 0.0, 0.0), (0.0, 0.0, 0.0)], success)]


def test_pauses_are_told_but_not_over_and_over():
    hints = Hints(0.1)
    assert watch(hints, [0.002 * i for i in range(50)]) == []
    assert hints.speed == pytest.approx(0.02)
    assert len(watch(hints, [1.0] * 11)) == 1
    assert watch(hints, [1.0] * 500) == []
    assert watch(hints, [2.0, *[3.0] * 50]) == []
    hints.begin()
    assert len(watch(hints, [3.0] * 20)) == 1
    assert "pauses" in hints.latest


def test_standing_still_with_the_task_fulfilled_is_no_pause():
    hints = Hints(0.1)
    assert watch(hints, [1.0] * 40, success=True) == []


def test_long_is_against_those_that_were_kept():
    hints = Hints(0.1)
    moving = [0.01 * i for i in range(2000)]
    assert "long" in watch(hints, moving)[0] and len(watch(hints, moving)) <= 1
    for steps in (100, 120, 300):
        hints.keep(steps)
    hints.begin()
    assert watch(hints, moving[:180]) == []
    assert "181 steps" in watch(hints, moving[180:200])[0]
