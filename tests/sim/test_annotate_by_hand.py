# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Marking by hand on recorded states, through the stage's requests."""

import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, first_change
from isaaclab_mimic_core.errors import MimicError
from isaaclab_mimic_core.options import AnnotateByHandOptions
from isaaclab_mimic_core.sample import SAMPLE
from isaaclab_mimic_core.stages.annotation.manual import AnnotateByHand

pytestmark = pytest.mark.sim

SIGNALS = ("grasp_1", "stack_1", "grasp_2")
INFO = "obs/datagen_info"


@pytest.fixture
def three(tmp_path):
    """A file of the sample's first three demonstrations."""
    path = tmp_path / "three.hdf5"
    with DatasetReader(SAMPLE) as reader, DatasetWriter(path, reader.env_args) as writer:
        for name in ("demo_0", "demo_1", "demo_2"):
            writer.add(reader.read(name))
    return path


@pytest.fixture
def open_stage(stack_env, three, tmp_path):
    stages = []

    def make(**options) -> AnnotateByHand:
        options = {"input": str(three), "output": str(tmp_path / "marked.hdf5"), **options}
        stages.append(AnnotateByHand(AnnotateByHandOptions(num_envs=stack_env.num_envs, **options), stack_env))
        return stages[-1]

    yield make
    for stage in stages:
        stage.close()


def until(stage, condition, steps=500) -> list:
    """Step a stage until something is seen in its snapshot; return the events."""
    events = []
    for _ in range(steps):
        events += stage.step()
        if stage.done or condition(stage.snapshot()):
            return events
    raise AssertionError(stage.snapshot())


def shown(name):
    return lambda snapshot: snapshot["episode"] == name and snapshot["marks"]


def mark_all(stage, marks) -> None:
    for name in SIGNALS:
        stage.request("scrub", to=marks[name])
        stage.request("mark")


def test_a_person_marks_undoes_corrects_and_saves(open_stage, annotated, tmp_path, stack_env):
    marks = {event.name: event.marks for event in annotated.run.kinds["EpisodeAnnotated"]}
    stage = open_stage()
    until(stage, shown("demo_0"))
    state = stage.snapshot()
    assert [mark["label"] for mark in state["marks"]] == list(SIGNALS) and state["marks"][0]["next"]
    assert state["num_samples"] == 333 and state["fulfilled"] and state["eef"] == "franka"
    assert {"gripper_pos", "height of cube_2"} <= set(state["curves"])
    assert all(len(curve) == 333 for curve in state["curves"].values())

    stage.request("scrub", to=60)
    stage.request("mark")
    stage.request("undo")
    assert stage.snapshot()["marks"][0]["step"] is None
    stage.request("redo")
    assert stage.snapshot()["marks"][0]["step"] == 60
    stage.request("accept")
    assert "stack_1 of franka is not marked" in stage.snapshot()["notice"]
    stage.request("scrub", to=61)
    stage.request("mark")
    assert "could be empty" in stage.snapshot()["notice"] and stage.snapshot()["marks"][1]["step"] is None
    stage.request("undo")

    mark_all(stage, {**marks["demo_0"], "stack_1": 150})
    stage.request("previous_mark")
    stage.request("previous_mark")
    assert stage.snapshot()["row"] == marks["demo_0"]["grasp_1"]
    stage.request("next_mark")
    assert stage.snapshot()["row"] == 150 and stage.snapshot()["marks"][1]["selected"]
    stage.request("step", by=marks["demo_0"]["stack_1"] - 150)
    stage.request("mark")
    stage.request("accept")
    events = until(stage, shown("demo_1"))
    stage.request("skip")
    events += until(stage, shown("demo_2"))
    stage.request("stop")
    events += until(stage, lambda _: False)
    kinds = {type(event).__name__: event for event in events}
    assert kinds["DemoSaved"].saved == 1 and kinds["DemoSaved"].name == "demo_0"
    assert kinds["StageFinished"].outcome == "stopped" and kinds["StageFinished"].summary["of"] == 3

    with DatasetReader(tmp_path / "marked.hdf5") as reader, DatasetReader(annotated.path) as automatic:
        by_hand, by_machine = reader.read("demo_0"), automatic.read("demo_0")
        assert len(reader) == 1 and by_hand.attrs["mimic"]["annotated"]["by"] == "hand"
    # The same marks and poses as by re-simulation, and everything that was recorded.
    assert set(by_hand.group(INFO)) == set(by_machine.group(INFO))
    for path, values in by_machine.group(INFO).items():
        mine = by_hand.group(INFO)[path]
        if "signals" in path:
            assert first_change(mine) == first_change(values) and mine[-1]
        else:
            np.testing.assert_allclose(mine, values, atol=0.02, err_msg=path)
    with DatasetReader(SAMPLE) as reader:
        for path, values in reader.read("demo_0").data.items():
            np.testing.assert_array_equal(by_hand.data[path], values)

    # Later: what is saved is not shown again, what was skipped is.
    stage = open_stage(resume=True)
    until(stage, lambda snapshot: snapshot["marks"])
    assert stage.snapshot()["episode"] == "demo_1" and stage.progress.done == 1


def test_shown_states_are_the_recorded_ones(open_stage, stack_env):
    stage = open_stage()
    until(stage, shown("demo_0"))
    with DatasetReader(SAMPLE) as reader:
        episode = reader.read("demo_0")
    for row in (0, 1, 200, 332):
        stage.request("scrub", to=row)
        stage.step()
        for path, values in stack_env.state().items():
            recorded = episode.data[f"states/{path}"][row - 1] if row else episode.data[f"initial_state/{path}"][0]
            np.testing.assert_allclose(values[0].numpy(), recorded, atol=1e-5, err_msg=f"{path} {row}")
        np.testing.assert_allclose(
            stack_env.observations()["eef_pos"][0].numpy(), episode.data["obs/eef_pos"][row], atol=1e-5
        )


def test_automatic_marks_are_loaded_and_only_corrected(open_stage, annotated):
    marks = {event.name: event.marks for event in annotated.run.kinds["EpisodeAnnotated"]}
    for source in ("auto", str(annotated.path)):
        stage = open_stage(marks=source, overwrite=True)
        until(stage, shown("demo_0"))
        state = stage.snapshot()
        assert {mark["label"]: mark["step"] for mark in state["marks"]} == marks["demo_0"]
        assert state["complete"] and not state["problems"]
        stage.request("mark")
        assert "all marks of franka are set" in stage.snapshot()["notice"]
        stage.close()


def test_playback_stands_still_while_paused_and_plays_by_the_clock(open_stage):
    stage = open_stage()
    until(stage, shown("demo_0"))
    stage.step()
    assert stage.snapshot()["row"] == 0
    for _ in range(2):
        stage.request("speed", times=2)
    assert stage.snapshot()["speed"] == 4.0, "each request counts, whatever was seen of the last one"
    stage.request("play")
    until(stage, lambda snapshot: snapshot["row"] > 5, 10000)
    stage.request("pause")
    row = stage.snapshot()["row"]
    stage.step()
    assert stage.snapshot()["row"] == row and not stage.snapshot()["playing"]


def test_an_unknown_request_is_an_error_and_one_too_early_is_refused(open_stage):
    stage = open_stage()
    with pytest.raises(ValueError, match="dance"):
        stage.request("dance")
    stage.request("mark")
    assert "no demonstration is shown yet" in stage.snapshot()["notice"]


def test_another_file_cannot_be_resumed(open_stage, annotated, three, tmp_path, stack_env):
    with pytest.raises(MimicError, match="was not made from a demonstration in"):
        open_stage(output=str(annotated.path), resume=True)


def test_marks_that_were_not_accepted_come_back_whatever_ended_the_stage(open_stage, tmp_path):
    kept = tmp_path / "marked.hdf5.marks.json"
    stage = open_stage(marks="auto")
    until(stage, shown("demo_0"))
    given = {mark["label"]: mark["step"] for mark in stage.snapshot()["marks"]}
    assert not kept.exists(), "nothing was marked by hand yet"
    stage.request("select", label="grasp_1")
    stage.request("scrub", to=given["grasp_1"] - 2)
    stage.request("mark")
    stage.request("select", label="grasp_2")
    stage.request("remove")
    # As after a kill: nothing asks it to stop, and what is on disk is all there is.
    stage.close()
    corrected = {**given, "grasp_1": given["grasp_1"] - 2, "grasp_2": None}
    stage = open_stage(marks="auto", resume=True)
    until(stage, shown("demo_0"))
    assert {mark["label"]: mark["step"] for mark in stage.snapshot()["marks"]} == corrected
    stage.request("skip")
    until(stage, shown("demo_1"))
    stage.close()
    # Skipping keeps them too, accepting does not.
    stage = open_stage(marks="auto", resume=True)
    until(stage, shown("demo_0"))
    assert {mark["label"]: mark["step"] for mark in stage.snapshot()["marks"]} == corrected
    stage.request("scrub", to=given["grasp_2"])
    stage.request("mark")
    stage.request("accept")
    until(stage, lambda snapshot: snapshot["progress"].done == 1)
    assert not kept.exists()


def test_kept_marks_that_cannot_be_read_are_named(open_stage, tmp_path):
    kept = tmp_path / "marked.hdf5.marks.json"
    kept.write_text('{"demo_0": 3}')
    with pytest.raises(MimicError, match=r"marked\.hdf5\.marks\.json: does not hold the marks"):
        open_stage(resume=True)
    open_stage()
    assert kept.read_text() == '{"demo_0": 3}', "not resumed: untouched until something is marked"
