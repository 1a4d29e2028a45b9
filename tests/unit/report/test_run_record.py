# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Tests of the record of a run."""

import json

import pytest

from isaaclab_mimic_core.errors import InputFileError, OutputError
from isaaclab_mimic_core.events import (
    AttemptFinished,
    DemoSaved,
    EpisodeAnnotated,
    PhaseStarted,
    StageFailed,
    StageFinished,
    StageStarted,
    Warned,
)
from isaaclab_mimic_core.outcomes import FailureCause
from isaaclab_mimic_core.report import RunRecord

EVENTS = [
    StageStarted("generate", {"task": "T", "num_demos": 2}),
    PhaseStarted("Generating"),
    AttemptFinished(0, 0, True, 100, sources={"arm": [0, 2]}),
    DemoSaved("demo_0", "f.hdf5", 100, 1, 2),
    AttemptFinished(1, 1, False, 90, FailureCause.DROPPED, "arm/1", {"arm": [1, 1]}),
    AttemptFinished(2, 2, False, 50, FailureCause.UNSTABLE),
    Warned("careful"),
    AttemptFinished(3, 0, True, 120, sources={"arm": [0]}),
    DemoSaved("demo_1", "f.hdf5", 120, 2, 2),
    StageFinished("generate", "done", {"seconds": 30.0, "saved": 2}),
]


@pytest.fixture
def record() -> RunRecord:
    record = RunRecord()
    for at, event in enumerate(EVENTS):
        record.add(event, float(at))
    return record


def test_collects_a_run(record):
    assert record.options == {"task": "T", "num_demos": 2}
    assert record.started.endswith("+00:00")
    assert [(a.attempt, a.at, a.success, a.steps) for a in record.attempts] == [
        (0, 2.0, True, 100),
        (1, 4.0, False, 90),
        (2, 5.0, False, 50),
        (3, 7.0, True, 120),
    ]
    assert [(demo.name, demo.steps) for demo in record.demos] == [("demo_0", 100), ("demo_1", 120)]
    assert (record.wanted, record.outcome, record.warnings) == (2, "done", ["careful"])


def test_figures(record):
    assert record.succeeded == 2
    assert record.success_rate == 0.5
    assert record.seconds == 30.0
    assert record.demos_per_minute == 4.0
    assert record.steps_per_demo == (100 + 90 + 50 + 120) / 2
    assert record.failures == {("arm/1", "dropped"): 1, ("", "unstable"): 1}


def test_figures_of_nothing():
    record = RunRecord()
    assert record.success_rate is None
    assert record.demos_per_minute is None
    assert record.steps_per_demo is None
    assert not record.failures


def test_passes_over_other_stages():
    record = RunRecord()
    for event in (
        StageStarted("annotate", {"task": "other"}),
        EpisodeAnnotated("demo_0", True),
        DemoSaved("demo_0", "annotated.hdf5", 10, 1, 1),
        StageFinished("annotate", "done"),
        *EVENTS,
    ):
        record.add(event)
    assert len(record.demos) == 2
    assert record.options["task"] == "T"
    assert record.outcome == "done"


def test_clock_begins_with_the_last_phase_before_attempts(monkeypatch):
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    record = RunRecord()
    record.add(EVENTS[0])
    now = 120.0
    record.add(PhaseStarted("Generating"))
    now = 125.0
    record.add(AttemptFinished(0, 0, True, 10))
    record.add(PhaseStarted("Still generating"))
    now = 130.0
    record.add(AttemptFinished(1, 0, True, 10))
    assert [attempt.at for attempt in record.attempts] == [5.0, 10.0]


def test_failure_of_the_stage(record):
    record.add(StageFailed("the disk is full"), 20.0)
    assert (record.outcome, record.message) == ("failed", "the disk is full")


def test_save_and_load(record, tmp_path):
    record.phases = {"Generating": 30.0, "Report": 2.5}
    path = tmp_path / "new" / "run.json"
    record.save(path)
    assert RunRecord.load(path) == record
    assert [file.name for file in path.parent.iterdir()] == ["run.json"]


def test_loaded_record_goes_on(record, tmp_path, monkeypatch):
    monkeypatch.setattr("time.monotonic", lambda: 1000.0)
    record.save(tmp_path / "run.json")
    loaded = RunRecord.load(tmp_path / "run.json")
    loaded.add(AttemptFinished(4, 0, True, 10))
    assert loaded.attempts[-1].at == 9.0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "is not JSON"),
        ("[]", "is not the record of a run"),
        ('{"format": 1}', "is not the record of a run"),
        ('{"format": 1, "attempts": [{"at": 1}], "demos": []}', "is not the record of a run"),
        ('{"attempts": [], "demos": []}', "is not the record of a run"),
        (json.dumps({"format": 99}), "has format 99"),
    ],
)
def test_load_of_something_else(text, complaint, tmp_path):
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(InputFileError, match=complaint):
        RunRecord.load(path)


def test_load_of_nothing(tmp_path):
    with pytest.raises(InputFileError, match="cannot be read"):
        RunRecord.load(tmp_path / "run.json")


def test_save_where_a_file_is_in_the_way(record, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        record.save(tmp_path / "file" / "run.json")
