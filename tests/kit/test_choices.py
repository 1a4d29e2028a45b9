# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What the form makes of what is filled in. Needs no Kit."""

import os

import pytest

from isaaclab_mimic_core.events import AttemptFinished, DemoSaved, StageFailed, StageFinished, StageStarted
from isaaclab_mimic_ui.choices import GenerateChoices
from isaaclab_mimic_ui.messages import clock, describe


@pytest.fixture
def choices(tmp_path) -> GenerateChoices:
    (tmp_path / "in.hdf5").touch()
    return GenerateChoices(input=str(tmp_path / "in.hdf5"), output=str(tmp_path / "new" / "out.hdf5"))


def test_good_choices_have_no_problems(choices):
    assert choices.problems() == {}


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("input", "", "Choose the annotated demonstrations"),
        ("input", "nowhere.hdf5", "no such file"),
        ("input", "/tmp", "no such file"),
        ("output", " ", "Say where"),
        ("output", "/tmp", "folder"),
        ("output", "/dev/null/out.hdf5", "cannot be written to"),
        ("num_demos", 0, "At least 1"),
        ("num_envs", -3, "At least 1"),
        ("seed", -1, "Not below 0"),
    ],
)
def test_bad_choices_are_explained(choices, field, value, told):
    setattr(choices, field, value)
    assert told in choices.problems()[field] and len(choices.problems()) == 1


def test_an_existing_output_is_replaced_only_if_that_is_said(choices, tmp_path):
    (tmp_path / "out.hdf5").touch()
    choices.output = str(tmp_path / "out.hdf5")
    assert "exists" in choices.problems()["output"]
    choices.overwrite = True
    assert not choices.problems()
    choices.output = choices.input
    assert "input file" in choices.problems()["output"]


def test_options_are_those_of_the_stage(choices, monkeypatch):
    from isaaclab_mimic_core.stages.options import GenerateOptions

    options = GenerateOptions(**choices.options())
    assert options.num_envs == choices.num_envs
    monkeypatch.setenv("HOME", "/data/me")
    choices.input = " ~/demos.hdf5 "
    assert choices.options()["input"] == "/data/me/demos.hdf5"
    choices.output = "out.hdf5"
    assert choices.options()["output"] == os.path.join(os.getcwd(), "out.hdf5")


def test_what_is_remembered_comes_back(choices):
    choices.num_demos, choices.overwrite = 77, True
    again = GenerateChoices()
    again.read_text(choices.to_text())
    assert again.num_demos == 77 and again.input == choices.input and not again.overwrite


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"num_demos": "many", "task": "Gone-v0", "new": 1}'])
def test_what_was_remembered_may_be_nonsense(text):
    again = GenerateChoices()
    again.read_text(text)
    assert again == GenerateChoices()


def test_events_in_words():
    assert describe(DemoSaved("demo_3", "/x", 212, 4, 10)) == "Saved demo_3 (212 steps)."
    failed = AttemptFinished(6, 0, False, 90, cause="not_grasped", subtask="franka/0")
    assert describe(failed) == "Attempt 7 failed in franka/0: not grasped."
    assert describe(AttemptFinished(6, 0, True, 90)) == "" == describe(StageStarted("generate"))
    assert describe(StageFailed("what\n  remedy")) == "what"
    assert "kept" in describe(StageFinished("generate", "gave_up"))


def test_durations():
    assert [clock(seconds) for seconds in (None, 0, 7.4, 754, 3723)] == ["-", "0:00", "0:07", "12:34", "1:02:03"]
