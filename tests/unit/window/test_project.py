# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The window's project: what its files hold, what it is remembered by, and what the steps say of it."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from waiting import wait_until

from isaaclab_mimic_core.datasets import DatasetWriter, Episode
from isaaclab_mimic_core.datasets.layout import TERM_SIGNALS
from isaaclab_mimic_core.errors import MimicError
from isaaclab_mimic_core.events import Progress, StageFailed, StageFinished
from isaaclab_mimic_ui.dataset.contents import NOTHING, Contents, FileWatch, read_contents
from isaaclab_mimic_ui.forms.fields import EXISTING, REPLACE
from isaaclab_mimic_ui.host.desktop import DesktopHost
from isaaclab_mimic_ui.project import Project
from isaaclab_mimic_ui.recent import ProjectLock, RecentProjects
from isaaclab_mimic_ui.running.subtask_names import SubtaskNames, segments_of
from isaaclab_mimic_ui.session import State
from isaaclab_mimic_ui.steps import STEPS, next_after
from isaaclab_mimic_ui.widgets.paths import from_home, keep_end
from isaaclab_mimic_ui.workflow import Workflow


def write_demos(path: Path, annotated: list[bool]) -> None:
    with DatasetWriter(path, {"env_name": "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"}) as writer:
        for each in annotated:
            signals = {f"{TERM_SIGNALS}/grasp_1": np.arange(4) > 2} if each else {}
            writer.add(Episode({"actions": np.zeros((4, 7), np.float32), **signals}, {"success": True}))


@pytest.fixture
def workflow(tmp_path, monkeypatch) -> Workflow:
    monkeypatch.setenv("MIMIC_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return Workflow(DesktopHost(tmp_path / "window.json"))


def look(workflow: Workflow) -> dict[str, tuple[str, str]]:
    """Look at all files anew; return state and text of each step."""
    workflow._files = FileWatch()

    def seen() -> bool:
        workflow.refresh_files()
        return all(workflow._files.knows(path) for path in workflow._paths())

    wait_until(seen, "what the files hold")
    return {name: (found.state, found.text) for name, step in STEPS.items() if (found := workflow.status(step))}


def test_what_files_hold(tmp_path):
    path = tmp_path / "some.hdf5"
    assert read_contents(path) == NOTHING
    path.touch()
    assert read_contents(path) == NOTHING
    path.unlink()
    write_demos(path, [True, False])
    found = read_contents(path)
    assert found == Contents(demos=2, annotated=1)
    assert (found.say("demos"), found.say("annotated"), found.say("generated")) == (
        "2 demos",
        "1 of 2 annotated",
        "2 demos",
    )
    assert Contents(10).say("annotated") == "not annotated" and not Contents(10).serves("annotated")
    (tmp_path / "run" / "models").mkdir(parents=True)
    assert read_contents(tmp_path / "run").say("run") == "" and not read_contents(tmp_path / "run").serves("run")
    (tmp_path / "run" / "models" / "one.pth").touch()
    assert read_contents(tmp_path / "run").say("run") == "1 checkpoint"


def test_steps_tell_the_truth_of_the_files(tmp_path, workflow):
    workflow.open_project(tmp_path / "new")
    seen = look(workflow)
    assert seen["record"] == ("possible", "ready") and seen["annotate"] == ("blocked", "needs recordings")
    write_demos(tmp_path / "new" / "demos.hdf5", [False] * 2)
    # What is called annotated, and is not.
    write_demos(tmp_path / "new" / "annotated.hdf5", [False])
    seen = look(workflow)
    assert seen["record"] == ("done", "2 demos") and seen["annotate"] == ("possible", "not annotated")
    assert seen["generate"] == ("blocked", "needs annotations")
    write_demos(tmp_path / "other.hdf5", [True])
    workflow.sessions["generate"].choices["input"] = str(tmp_path / "other.hdf5")
    assert look(workflow)["generate"] == ("possible", "ready"), "another input than the one of the step before"
    session = workflow.sessions["generate"]
    session.state, session.snapshot = State.RUNNING, {"progress": Progress(3, 10, "demonstrations")}
    assert look(workflow)["generate"] == ("running", "3 of 10 demos")
    with pytest.raises(MimicError, match="Generate is running"):
        workflow.open_project(tmp_path / "second")
    session._receive(StageFailed("broken"))
    assert look(workflow)["generate"] == ("failed", "failed")


def test_a_run_clears_replace_and_its_results_are_old_when_choices_change(tmp_path, workflow):
    session = workflow.sessions["record"]
    session.choices[EXISTING] = REPLACE
    session._run_with = session._decided()
    session.state = State.RUNNING
    session._receive(StageFinished("record", "done"))
    assert session.choices[EXISTING] == "New" and not session.is_old and session.ended_on_clock
    session.choices["seed"] = "7"
    assert session.is_old
    session.forget()
    assert session.state is State.IDLE and not session.is_old


def test_projects_are_remembered_with_what_was_chosen_in_them(tmp_path, workflow):
    workflow.open_project(tmp_path / "one")
    workflow.project.name_output("demos", "mine.hdf5")
    workflow.remember(STEPS["generate"])
    workflow.open_project(tmp_path / "two")
    assert workflow.project.output("demos") == "demos.hdf5" and workflow.step_to_open() is STEPS["record"]
    (tmp_path / "two" / "annotated.hdf5").touch()
    assert workflow.step_to_open() is STEPS["generate"]
    again = RecentProjects(workflow._host)
    assert [folder.name for folder in again] == ["two", "one"]
    workflow.open_project(tmp_path / "one")
    assert workflow.project.output("demos") == "mine.hdf5" and workflow.step_to_open() is STEPS["generate"]
    (tmp_path / "file").touch()
    with pytest.raises(MimicError, match="cannot be made"):
        workflow.open_project(tmp_path / "file")
    assert workflow.project.folder == tmp_path / "one"
    workflow.make_sample(tmp_path / "sample")
    with h5py.File(tmp_path / "sample" / "demos.hdf5") as file:
        assert len(file["data"]) == 10
    workflow.close()


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"projects": 7}', '{"projects": [7, {"folder": 1}]}'])
def test_what_was_remembered_of_projects_may_be_nonsense(tmp_path, kept):
    host = DesktopHost(tmp_path / "window.json")
    host.remember("projects", kept)
    assert list(RecentProjects(host)) == []


def test_a_second_window_on_a_project_is_told(tmp_path, workflow):
    workflow.open_project(tmp_path / "one")
    assert not workflow.warning
    second = ProjectLock()
    second.take(tmp_path / "other" / ".." / "one")
    assert second.is_elsewhere
    workflow.open_project(tmp_path / "two")
    second.take(tmp_path / "other" / ".." / "one")
    assert not second.is_elsewhere
    workflow.open_project(tmp_path / "one")
    assert "another window" in workflow.warning
    second.release()
    workflow.claim()
    assert not workflow.warning
    workflow.close()


def test_each_step_that_makes_something_leads_on():
    led = {name: following.name for name, step in STEPS.items() if (following := next_after(step))}
    assert led == {
        "record": "annotate",
        "annotate": "generate",
        "annotate_manual": "generate",
        "generate": "train",
        "train": "evaluate",
    }


def test_segments_are_known_as_far_as_marks_are():
    subtasks = SubtaskNames({"arm": [["a", "Take"], ["b", "Lift"], [None, "Put"]]}).by_eef["arm"]

    def spans(ends: list[int | None]) -> list[tuple[str, int, int]]:
        return [(each.subtask.title, each.begin, each.end) for each in segments_of(subtasks, ends, 100)]

    assert spans([30, 60]) == [("Take", 0, 30), ("Lift", 30, 60), ("Put", 60, 100)]
    assert spans([30, None]) == [("Take", 0, 30)] and spans([None, 60]) == []
    assert spans([30, 20]) == [("Take", 0, 30)]


def test_the_end_of_a_long_path_is_kept():
    assert keep_end("/a/b.hdf5", 20) == "/a/b.hdf5"
    assert keep_end("/data/me/of/a/long/way/demos.hdf5", 20) == ".../way/demos.hdf5"
    assert from_home(Path.home() / "a" / "b") == "~/a/b" and from_home(Path("/y/z")) == "/y/z"
    assert keep_end("/x/" + "n" * 40 + ".hdf5", 20) == "... " + "n" * 11 + ".hdf5"


def test_the_log_is_saved_beside_earlier_ones(tmp_path, workflow):
    workflow.open_project(tmp_path / "one")
    session = workflow.sessions["record"]
    session.say(f"Saved {tmp_path}/one/demos.hdf5", "warning")
    session.save_log()
    session.save_log()
    assert sorted(path.name for path in (tmp_path / "one").glob("*.txt")) == ["record-log-1.txt", "record-log-2.txt"]
    assert "warning: Saved demos.hdf5" in (tmp_path / "one" / "record-log-1.txt").read_text()
    assert session.messages[-1].text == "The log is saved: record-log-2.txt"


def test_paths_of_a_project_are_texts(tmp_path):
    kept = json.loads(json.dumps(Project(tmp_path).values()))
    assert Project(tmp_path, kept).values() == Project(tmp_path).values()
