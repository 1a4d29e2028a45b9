# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The window's project: what its files hold, what it is remembered by, and what the steps say of it."""

import os
import shutil
import threading
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
from waiting import wait_until

from isaaclab_mimic_core.datasets import DatasetWriter, Episode, validate
from isaaclab_mimic_core.datasets.layout import TERM_SIGNALS
from isaaclab_mimic_core.errors import DatasetError, MimicError
from isaaclab_mimic_core.events import PolicyEvaluated, Progress, StageFailed, StageFinished
from isaaclab_mimic_core.sample import SAMPLE
from isaaclab_mimic_core.tasks import DEFAULT_TASK
from isaaclab_mimic_ui.dataset import contents
from isaaclab_mimic_ui.dataset.contents import NOTHING, Contents, FileWatch, read_contents
from isaaclab_mimic_ui.forms.fields import ADD, EXISTING, NEW, REPLACE
from isaaclab_mimic_ui.forms.model import Choices
from isaaclab_mimic_ui.host.desktop import DesktopHost
from isaaclab_mimic_ui.project import Project, path_problem, typed_path
from isaaclab_mimic_ui.recent import ProjectLock, RecentProjects
from isaaclab_mimic_ui.running.last_run import read_last_run
from isaaclab_mimic_ui.running.subtask_names import SubtaskNames, segments_of
from isaaclab_mimic_ui.session import State
from isaaclab_mimic_ui.steps import STEPS, next_after
from isaaclab_mimic_ui.widgets.paths import from_home, keep_end
from isaaclab_mimic_ui.workflow import StepStatus, Workflow


def write_demos(path: Path, annotated: list[bool]) -> None:
    with DatasetWriter(path, {"env_name": "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"}) as writer:
        for each in annotated:
            signals = {f"{TERM_SIGNALS}/grasp_1": np.arange(4) > 2} if each else {}
            writer.add(Episode({"actions": np.zeros((4, 7), np.float32), **signals}, {"success": True}))


@pytest.fixture
def workflow(tmp_path, monkeypatch) -> Workflow:
    monkeypatch.setenv("MIMIC_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(contents, "_REST", 0.0)
    monkeypatch.setattr(contents, "_LOOK_PERIOD", 0.0)
    return Workflow(DesktopHost(tmp_path / "window.json"))


def expect(workflow: Workflow, **told: tuple[str, str]) -> None:
    """Wait until steps have these states and texts."""
    found = {}

    def seen() -> bool:
        workflow.refresh_files()
        found.update({name: workflow.status(STEPS[name]) for name in told})
        return found == {name: StepStatus(*each) for name, each in told.items()}

    wait_until(seen, str(told), seen=lambda: found)


def test_what_files_hold(tmp_path):
    path = tmp_path / "some.hdf5"
    assert read_contents(path) == NOTHING
    path.touch()
    assert read_contents(path) == NOTHING
    path.unlink()
    write_demos(path, [True, False])
    found = read_contents(path)
    assert found == Contents(demos=2, annotated=1, stated=DEFAULT_TASK, task=DEFAULT_TASK)
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
    told = {name: workflow.status(STEPS[name]).text for name in ("record", "evaluate", "dataset")}
    assert told == {"record": "looking ...", "evaluate": "looking ...", "dataset": "ready"}
    expect(workflow, record=("possible", "ready"), annotate=("blocked", "needs recordings"))
    write_demos(tmp_path / "new" / "demos.hdf5", [False] * 2)
    # What is called annotated, and is not.
    write_demos(tmp_path / "new" / "annotated.hdf5", [False])
    expect(
        workflow,
        record=("done", "2 demos"),
        annotate=("possible", "not annotated"),
        generate=("blocked", "needs annotations"),
    )
    write_demos(tmp_path / "other.hdf5", [True])
    workflow.sessions["generate"].choices["input"] = str(tmp_path / "other.hdf5")
    expect(workflow, generate=("possible", "ready"))
    session = workflow.sessions["generate"]
    session.state, session.snapshot = State.RUNNING, {"progress": Progress(3, 10, "demonstrations")}
    expect(workflow, generate=("running", "3 of 10 demos"))
    with pytest.raises(MimicError, match="Generate is running"):
        workflow.open_project(tmp_path / "second")
    session._receive(StageFailed("broken"))
    expect(workflow, generate=("failed", "failed"))


def test_the_way_of_a_step_that_ended_last_says_how_it_stands(tmp_path, workflow):
    workflow.open_project(tmp_path / "new")
    write_demos(tmp_path / "new" / "demos.hdf5", [False])
    workflow.sessions["replay"]._receive(StageFailed("broken"))
    expect(workflow, record=("failed", "failed"))
    workflow.sessions["record"]._receive(StageFinished("record", "done"))
    expect(workflow, record=("done", "1 demo"))


def test_an_evaluation_of_another_policy_is_old(tmp_path, workflow):
    workflow.open_project(tmp_path / "new")
    (tmp_path / "new" / "run" / "models").mkdir(parents=True)
    (tmp_path / "new" / "run" / "models" / "one.pth").touch()
    session = workflow.sessions["evaluate"]
    session._run_with = session._decided()
    session._receive(PolicyEvaluated("one.pth", 3, 3, 4, 0.3, 0.95))
    session._receive(StageFinished("evaluate", "done"))
    expect(workflow, evaluate=("done", "best: 75 %"))
    workflow.sessions["train"].started_at = time.monotonic()
    expect(workflow, evaluate=("possible", "best: 75 %, old"))
    workflow.sessions["train"].started_at = 0.0
    session.choices["num_rollouts"] = "7"
    expect(workflow, evaluate=("possible", "best: 75 %, old"))


def test_a_growing_file_rests_between_two_readings_and_holds_up_no_other(tmp_path, monkeypatch):
    read, answer, watch = [], threading.Event(), FileWatch()
    monkeypatch.setattr(contents, "_LOOK_PERIOD", 0.0)
    monkeypatch.setattr(contents, "_REST", 1000.0)

    def read_contents(path: Path) -> Contents:
        read.append(path.name)
        return Contents(demos=len(read))

    monkeypatch.setattr(contents, "read_contents", read_contents)
    stamp = contents._stamp
    monkeypatch.setattr(contents, "_stamp", lambda path: (path.name == "dead" and answer.wait()) or stamp(path))
    paths = [tmp_path / name for name in ("dead", "growing", "other")]
    for path in paths:
        path.write_text("1")

    def look() -> bool:
        watch.look(lambda: paths)
        return all(watch.knows(path) for path in paths[1:])

    wait_until(look, "both files, whatever the one does that gives no answer")
    paths[1].write_text("12")
    for _ in range(50):
        look()
    assert sorted(read) == ["growing", "other"] and not watch.knows(paths[0])
    watch._rests_until.clear()
    wait_until(lambda: look() and read.count("growing") == 2, "what has grown, after its rest")
    answer.set()


def test_what_runs_have_ended_with_is_kept_with_the_project_and_old_in_another_window(tmp_path, workflow):
    workflow.open_project(tmp_path / "new")
    (tmp_path / "new" / "run" / "models").mkdir(parents=True)
    (tmp_path / "new" / "run" / "models" / "one.pth").touch()
    evaluate, generate = workflow.sessions["evaluate"], workflow.sessions["generate"]
    evaluate._receive(PolicyEvaluated("one.pth", 3, 3, 4, 0.3, 0.95))
    evaluate._receive(StageFinished("evaluate", "done"))
    evaluate.keep_numbers({"rollouts": "4"})
    generate._receive(StageFailed(f"{tmp_path / 'new' / 'in.hdf5'}: has no marks\n  See: mimic info FILE"))
    assert workflow.sessions["train"].last is None
    workflow.poll()
    killed = Workflow(DesktopHost(tmp_path / "window.json"))
    kept = killed.recent.values(tmp_path / "new")
    assert f"result:{evaluate.step.key}" in kept, "at once, and not only when the window closes"
    workflow.open_project(tmp_path / "second")
    assert evaluate.last is generate.last is None
    workflow.remember()
    later = Workflow(DesktopHost(tmp_path / "window.json"))
    later.open_project(tmp_path / "new")
    expect(later, evaluate=("possible", "best: 75 %, old"))
    last, failed = later.sessions["evaluate"].last, later.sessions["generate"].last
    assert last and (last.outcome, last.numbers) == ("done", {"rollouts": "4"}) and last.ended.startswith("20")
    assert failed and (failed.outcome, failed.results) == ("failed", ["in.hdf5: has no marks"])
    assert read_last_run('{"outcome": 7}') is read_last_run("nothing") is None


def test_a_step_that_needs_marks_says_which_file_has_none(tmp_path, workflow):
    workflow.open_project(tmp_path / "new")
    generate = workflow.sessions["generate"]
    write_demos(tmp_path / "demos.hdf5", [False] * 2)
    write_demos(tmp_path / "marked.hdf5", [False, True])
    generate.choices["input"] = str(tmp_path / "demos.hdf5")
    expect(workflow, generate=("blocked", "needs annotations"))
    assert workflow.lacks_marks(generate) and not workflow.lacks_marks(workflow.sessions["annotate"])
    generate.choices["input"] = str(tmp_path / "marked.hdf5")
    expect(workflow, generate=("possible", "ready"))
    assert not workflow.lacks_marks(generate)
    generate._receive(StageFailed.of(DatasetError("has no marks", where="nowhere", remedy=validate._ANNOTATE)))
    assert generate.remedy is None, "a button needs a file"
    damaged = f"{tmp_path / 'demos.hdf5'}, demo_0"
    generate._receive(StageFailed.of(DatasetError("has no marks", where=damaged, remedy=validate._ANNOTATE)))
    assert generate.remedy and generate.remedy.step == "annotate"
    assert generate.remedy_file == tmp_path / "demos.hdf5", "not the input, which may be whole"
    assert generate.failure.endswith('Annotate the file first: "Annotate"')


def test_a_run_clears_replace_and_its_results_are_old_when_choices_change(tmp_path, workflow):
    session = workflow.sessions["record"]
    session.choices[EXISTING] = REPLACE
    session._run_with = session._decided()
    session.state = State.RUNNING
    session._receive(StageFinished("record", "done"))
    assert session.choices[EXISTING] == "New" and not session.is_old and session.last
    session.choices["seed"] = "7"
    assert session.is_old
    session.forget()
    assert session.state is State.IDLE and not session.is_old


def test_replace_is_of_the_file_that_it_was_chosen_for(tmp_path, workflow):
    forms = {name: session.choices for name, session in workflow.sessions.items()}
    for word in (ADD, REPLACE):
        forms["annotate"]["output"] = "old.hdf5"
        forms["annotate"][EXISTING] = forms["record"][EXISTING] = word
        assert forms["annotate"][EXISTING] == word
        forms["annotate_manual"]["output"] = "new.hdf5"
        assert forms["annotate"][EXISTING] == NEW and forms["record"][EXISTING] == word
        workflow.open_project(tmp_path / word)
        assert forms["record"][EXISTING] == NEW
        workflow.open_project(tmp_path)
        assert forms["record"][EXISTING] == NEW, "nor when one comes back"


def test_what_another_step_was_told_to_read_is_not_replaced(tmp_path):
    project = Project(tmp_path)
    annotate, generate = Choices(STEPS["annotate"], project), Choices(STEPS["generate"], project)
    (tmp_path / "demos.hdf5").touch()
    (tmp_path / "good.hdf5").touch()
    generate["input"] = "good.hdf5"
    for text in ("g", "goo", "good.hdf5"):
        annotate["output"] = text
    annotate[EXISTING] = REPLACE
    assert "Another step" in annotate.problems()["output"]
    annotate[EXISTING] = ADD
    assert not annotate.problems()
    annotate["output"], annotate[EXISTING] = f"{tmp_path}/../{tmp_path.name}/good.hdf5", REPLACE
    assert "Another step" in annotate.problems()["output"]
    generate["input"] = annotate["output"]
    annotate["output"] = "other.hdf5"
    assert generate["input"] == "other.hdf5", "what follows an output follows its new name"


@pytest.mark.parametrize("text", ["~nosuch/x.hdf5", "x" * 300, "x\0y", "loop/x"])
def test_what_is_typed_as_a_path_never_ends_the_window(tmp_path, text):
    (tmp_path / "loop").symlink_to("loop")
    forms = {name: Choices(step, Project(tmp_path)) for name, step in STEPS.items()}
    for name, field in (
        ("generate", "input"),
        ("generate", "output"),
        ("evaluate", "checkpoints"),
        ("train", "output"),
    ):
        forms[name][field] = text
        assert forms[name].problems()[field], (name, field)
        forms[name].options()
    if text.startswith("~"):
        assert path_problem(text, typed_path(text, tmp_path)) == "There is no user nosuch."


def test_projects_are_remembered_with_what_was_chosen_in_them(tmp_path, workflow):
    workflow.open_project(tmp_path / "one")
    workflow.project.name_output("demos", "mine.hdf5")
    generate, evaluate = workflow.sessions["generate"].choices, workflow.sessions["evaluate"].choices
    generate["input"], generate["num_demos"], evaluate["output"] = "/x/old.hdf5", "77", "/x/measured.json"
    workflow.show(STEPS["generate"])
    workflow.open_project(tmp_path / "two")
    assert workflow.project.output("demos") == "demos.hdf5" and workflow.step_to_open() is STEPS["record"]
    assert generate["num_demos"] == "77" and evaluate["output"] == "", "files are of one project"
    generate["num_demos"] = "5"
    (tmp_path / "two" / "annotated.hdf5").touch()
    assert workflow.step_to_open() is STEPS["generate"]
    again = RecentProjects(workflow._host)
    assert [folder.name for folder in again] == ["two", "one"]
    workflow.open_project(tmp_path / "one")
    assert workflow.project.output("demos") == "mine.hdf5" and workflow.step_to_open() is STEPS["generate"]
    assert generate["input"] == "/x/old.hdf5" and generate["num_demos"] == "77"
    assert evaluate["output"] == "/x/measured.json"
    generate["input"] = "annotated.hdf5"
    workflow.open_project(tmp_path / "two")
    workflow.open_project(tmp_path / "one")
    assert generate["input"] == "annotated.hdf5", "an input that is not chosen any more does not come back"
    (tmp_path / "file").touch()
    with pytest.raises(MimicError, match="cannot be made"):
        workflow.open_project(tmp_path / "file")
    assert workflow.project.folder == tmp_path / "one"
    workflow.close()


def test_the_sample_is_copied_entirely_or_not_at_all(tmp_path, workflow, monkeypatch):
    def full(source: Path, target: Path) -> None:
        target.write_bytes(SAMPLE.read_bytes()[:1000])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", full)
        with pytest.raises(MimicError, match="no space left") as told:
            workflow.make_sample(tmp_path / "sample")
    assert "--" not in str(told.value) and not list((tmp_path / "sample").iterdir())
    workflow.make_sample(tmp_path / "sample")
    with h5py.File(tmp_path / "sample" / "demos.hdf5") as file:
        assert len(file["data"]) == 10
    (tmp_path / "sample" / "demos.hdf5").write_text("mine")
    workflow.make_sample(tmp_path / "sample")
    assert (tmp_path / "sample" / "demos.hdf5").read_text() == "mine"
    (tmp_path / "file").touch()
    with pytest.raises(MimicError, match="cannot be written to"):
        workflow.make_sample(tmp_path / "file" / "sample")
    assert workflow.project.folder == tmp_path / "sample"


def test_a_project_that_is_gone_is_known_without_waiting(tmp_path, workflow, monkeypatch):
    for name in ("dead", "gone", "here"):
        workflow.open_project(tmp_path / name)
    (tmp_path / "gone").rmdir()
    answer, isdir = threading.Event(), os.path.isdir
    monkeypatch.setattr(os.path, "isdir", lambda path: (str(path).endswith("dead") and answer.wait()) or isdir(path))
    again = RecentProjects(workflow._host)
    again.look()
    wait_until(lambda: again.is_gone(tmp_path / "gone"), "the look")
    assert [folder.name for folder in again] == ["here", "dead"]
    answer.set()
    with pytest.raises(MimicError, match="not there any more"):
        workflow.reopen_project(tmp_path / "gone")
    assert not (tmp_path / "gone").exists()


def test_no_project_is_left_while_a_command_runs_in_it(tmp_path, workflow):
    workflow.open_project(tmp_path / "one")
    workflow.command.start("check", ["check", str(SAMPLE)])
    assert workflow.command.is_running and workflow.status(STEPS["dataset"]).state == "running"
    with pytest.raises(MimicError, match="Dataset is running"):
        workflow.open_project(tmp_path / "two")
    workflow.command.stop()

    def ended() -> bool:
        workflow.poll()
        return workflow.command.ended == 1

    wait_until(ended, "the end of the command")
    workflow.open_project(tmp_path / "two")
    assert not workflow.command.done
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


def test_only_paths_in_the_project_are_shortened(tmp_path):
    project = Project(tmp_path / "me")
    shown = project.shorten(f"Read '{tmp_path}/me/a b.hdf5', {tmp_path}/me2/b and /x{tmp_path}/me/c; ({tmp_path}/me/d)")
    assert shown == f"Read 'a b.hdf5', {tmp_path}/me2/b and /x{tmp_path}/me/c; (d)"
    assert Project(Path("/")).shorten("/a/b") == "/a/b"


def test_what_a_failure_asks_for_is_done_with_the_demonstrations_not_the_descriptor(tmp_path, workflow):
    workflow.open_project(tmp_path / "new")
    for step in ("replay", "annotate"):
        session = workflow.sessions[step]
        session.choices["descriptor"] = "own.yaml"
        session.choices["input"] = "mine.hdf5"
        assert workflow.input_of(session) == tmp_path / "new" / "mine.hdf5"


def test_workers_share_a_run_wherever_they_are(workflow):
    replay = workflow.sessions["replay"]
    assert not replay.is_shared and not workflow.sessions["record"].is_shared
    replay.choices["ray"] = "local"
    assert replay.is_shared
