# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Events and messages as JSON: values read have the declared types."""

import json

import pytest

from isaaclab_mimic_core import events
from isaaclab_mimic_core.events import DemoExported, DemoSaved, EpochFinished, Progress, StageFinished, Warned
from isaaclab_mimic_core.outcomes import FailureCause
from isaaclab_mimic_core.remote import messages
from isaaclab_mimic_core.remote.messages import Order, Request

SAMPLES = [
    events.AttemptFinished(3, 1, False, 200, FailureCause.DROPPED, "arm/1", {"arm": [0, 2]}, {"cube": [0.5, 0.0, 1.0]}),
    DemoSaved("demo_0", "out.hdf5", 120, 1, 10),
    events.EpisodeReplayed("demo_0", 0, 120, True, False, joints_apart=0.0, worst_at=None),
    EpochFinished(2, 5, 0.25, 1e-4, 30.0, 12.0),
    StageFinished("replay", "done", {"failed": ["demo_1"]}, "out.hdf5", 1, ["1 of 2"]),
]


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: type(event).__name__)
def test_an_event_comes_back_as_it_was(event):
    assert events.from_json(events.to_json(event)) == event


def test_a_whole_number_will_do_where_others_are_expected():
    line = events.to_json(EpochFinished(2, 5, 0.25, 1e-4, 30.0, 12.0)).replace("30.0", "30")
    assert isinstance(events.from_json(line).steps_per_second, float)


@pytest.mark.parametrize(
    "line, why",
    [
        ("7", "not an event: 7"),
        ('{"event": "Unheard", "x": 1}', "not an event"),
        ('{"event": ["Warned"]}', "not an event"),
        ('{"event": "Warned"}', "Warned lacks message"),
        ('{"event": "Warned", "message": 7}', "Warned.message should be str, not 7"),
        ('{"event": "Warned", "message": "x", "loud": true}', "Warned has no loud"),
        ('{"event": "CheckpointSaved", "epoch": 1.5, "path": "p"}', "CheckpointSaved.epoch should be int, not 1.5"),
        ('{"event": "CheckpointSaved", "epoch": true, "path": "p"}', "CheckpointSaved.epoch should be int, not True"),
        ('{"event": "DemoExported", "name": "d", "exported": 1}', "DemoExported lacks of"),
        ('{"event": "AttemptFinished", "attempt": 0, "env": 0, "success": 1, "steps": 2}', "success should be bool"),
        ('{"event": "EpisodeAnnotated", "name": "d", "ok": true, "marks": {"x": "y"}}', "marks['x'] should be int"),
        ('{"event": "StageFinished", "stage": "s", "outcome": "done", "results": [7]}', "results[0] should be str"),
        ('{"event": "PhaseStarted", "phase": null}', "phase should be str, not None"),
        ("nonsense", "Expecting value"),
    ],
)
def test_what_is_no_event_is_refused_with_the_reason(line, why):
    with pytest.raises(ValueError) as refused:
        events.from_json(line)
    assert why in str(refused.value)


def test_events_say_how_far_things_are():
    told = [DemoSaved("d", "p", 9, 2, 10), DemoExported("d", 3, 4), EpochFinished(1, 5, 0.1, 0.1, 1.0, 1.0), Warned("")]
    assert [event.progress for event in told] == [
        Progress(2, 10, "demonstrations"),
        Progress(3, 4, "demonstrations"),
        Progress(1, 5, "epochs"),
        None,
    ]
    assert [str(Progress(2, 10, "x")), str(Progress(2, 0, "x"))] == ["2 of 10", "2"]
    assert [Progress(2, 8, "x").fraction, Progress(2, 0, "x").fraction, Progress(9, 8, "x").fraction] == [
        0.25,
        0.0,
        1.0,
    ]


def test_messages_come_back_as_they_were():
    order = Order("generate", {"num_demos": 3})
    assert messages.read_order(messages.write_order(order)) == order
    assert messages.read_request(messages.write_request(Request("scrub", {"to": 7}))) == Request("scrub", {"to": 7})
    shown = {"progress": Progress(1, 2, "epochs"), "phase": "Training", "loss": None}
    assert messages.read_snapshot(json.loads(messages.write_snapshot(shown))) == shown


@pytest.mark.parametrize("line", ["[]", '{"stage": 7}', '{"options": {}}', '{"stage": "view", "options": []}', "x"])
def test_what_is_no_order_is_refused(line):
    with pytest.raises(ValueError):
        messages.read_order(line)


@pytest.mark.parametrize("line", ["[]", "{}", '{"request": 7}', "x"])
def test_what_is_no_request_is_refused(line):
    with pytest.raises(ValueError):
        messages.read_request(line)


@pytest.mark.parametrize("shown", [7, {"progress": {"done": "all", "total": 1, "unit": "x"}}, {"progress": 3}])
def test_what_is_no_snapshot_is_refused(shown):
    with pytest.raises(ValueError):
        messages.read_snapshot({"snapshot": shown})
