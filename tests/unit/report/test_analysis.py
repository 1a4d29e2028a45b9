# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What success depends on, counted from the attempts of a run."""

import json

import pytest

from isaaclab_mimic_core.events import AttemptFinished
from isaaclab_mimic_core.outcomes import FailureCause
from isaaclab_mimic_core.report import RunRecord, write_report
from isaaclab_mimic_core.report.analysis import analyse
from isaaclab_mimic_core.report.placement_plot import placements
from isaaclab_mimic_core.report.plots import NothingToDraw
from isaaclab_mimic_core.report.share_plots import sources as source_success
from isaaclab_mimic_core.report.share_plots import subtasks


def record() -> RunRecord:
    """Three attempts: a success, one whose second subtask failed, one that broke in its first."""
    run = RunRecord()
    near, far = {"cube": [0.51, 0.02, 0.0]}, {"cube": [0.68, -0.01, 1.0]}
    run.add(AttemptFinished(0, 0, True, 100, sources={"arm": [2, 0]}, placement=near), 1)
    run.add(AttemptFinished(1, 1, False, 80, FailureCause.DROPPED, "arm/1", {"arm": [2, 2]}, far), 2)
    run.add(AttemptFinished(2, 2, False, 10, FailureCause.UNSTABLE, "", {"arm": [1]}, near), 3)
    return run


def test_attempts_are_counted_by_subtask_source_and_placement():
    assert analyse(record().attempts) == {
        "subtasks": {
            "arm/0": {"begun": 3, "passed": 2, "causes": {"unstable": 1}},
            "arm/1": {"begun": 2, "passed": 1, "causes": {"dropped": 1}},
        },
        "sources": {
            "0": {"attempts": 1, "succeeded": 1},
            "1": {"attempts": 1, "succeeded": 0},
            "2": {"attempts": 2, "succeeded": 1},
        },
        "placements": {
            "cube": [
                {"x": 0.525, "y": 0.025, "attempts": 2, "succeeded": 1},
                {"x": 0.675, "y": -0.025, "attempts": 1, "succeeded": 0},
            ]
        },
    }


def test_it_is_in_the_record_and_in_the_report(tmp_path, make_generated):
    run = record()
    path = write_report(tmp_path / "report", run, make_generated(1))
    saved = json.loads((path.parent / "run.json").read_text())
    assert saved["analysis"] == analyse(run.attempts)
    assert RunRecord.load(path.parent / "run.json").attempts == run.attempts
    assert (path.parent / "placements.png").stat().st_size > 5000
    page = path.read_text()
    assert "Success by where the objects started" in page and "begun" in page


def test_each_square_says_how_often_it_went_well():
    words = [text.get_text() for axes in placements(record()).axes for text in axes.texts]
    assert sorted(words) == ["0/1", "1/2"]


def test_each_bar_says_what_came_of_what_was_begun():
    texts = [text.get_text() for axes in subtasks(record(), {"arm/1": "arm: stack"}).axes for text in axes.texts]
    assert texts == ["67 %  (2 of 3)", "50 %  (1 of 2)"]
    (axes,) = source_success(record()).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["source 0", "source 2", "source 1"]
    assert [text.get_text().split()[0] for text in axes.texts] == ["100", "50", "0"]


def test_a_record_of_nothing_has_no_bars():
    for draw in (lambda: subtasks(RunRecord(), {}), lambda: source_success(RunRecord())):
        with pytest.raises(NothingToDraw, match="does not say"):
            draw()
