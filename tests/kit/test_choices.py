# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Values of forms: how they are read and checked. Needs no Kit."""

import dataclasses
import json
from pathlib import Path

import pytest

from isaaclab_mimic_core import options as stage_options
from isaaclab_mimic_core.errors import OptionError
from isaaclab_mimic_core.events import AttemptFinished, DemoSaved, StageFailed, StageFinished, StageStarted
from isaaclab_mimic_core.option import option, options_of, read_options
from isaaclab_mimic_core.options.teleoperation import SETTINGS
from isaaclab_mimic_core.outcomes import FailureCause
from isaaclab_mimic_core.sample import SAMPLE
from isaaclab_mimic_core.tasks import DEFAULT_TASK
from isaaclab_mimic_ui.file_dialog.listing import FileRequest, list_folder
from isaaclab_mimic_ui.forms.fields import ADD, EXISTING, NEW, REPLACE
from isaaclab_mimic_ui.forms.model import Choices
from isaaclab_mimic_ui.host.desktop import DesktopHost
from isaaclab_mimic_ui.keyboard.hotkeys import ACTIONS, Hotkeys
from isaaclab_mimic_ui.project import Project
from isaaclab_mimic_ui.running.messages import clock, describe
from isaaclab_mimic_ui.running.statistics import Curve, RunStatistics
from isaaclab_mimic_ui.running.subtask_names import SubtaskNames
from isaaclab_mimic_ui.scene.camera import shares
from isaaclab_mimic_ui.session import Session
from isaaclab_mimic_ui.steps import GENERATE, RECORD, STEPS, ways_of


@pytest.fixture
def choices(tmp_path) -> Choices:
    (tmp_path / "in.hdf5").touch()
    made = Choices(GENERATE, Project(tmp_path))
    made["input"], made["output"] = str(tmp_path / "in.hdf5"), str(tmp_path / "new" / "out.hdf5")
    return made


@pytest.fixture
def project(tmp_path) -> Project:
    return Project(tmp_path)


def test_good_choices_have_no_problems(choices):
    assert choices.problems() == {}


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("input", "", "Choose the file"),
        ("input", "nowhere.hdf5", "no such file"),
        ("input", "/tmp", "folder"),
        ("output", " ", "Say which file"),
        ("output", "/tmp", "folder"),
        ("output", "/dev/null/out.hdf5", "cannot be written to"),
        ("task", "Isaac-Nothing-v0", "is not one of Isaac-Stack"),
        ("num_demos", "0", "Must be at least 1, not 0."),
        ("num_demos", "", "A whole number is wanted"),
        ("num_envs", "-3", "from 1 to 65536"),
        ("num_envs", "many", "not 'many'"),
        ("num_envs", "2.5", "A whole number"),
        ("seed", "-1", "from 0 to"),
        ("max_retries", "-1", "at least 0"),
        ("max_failures", "1e3", "A whole number"),
    ],
)
def test_bad_choices_are_explained(choices, field, text, told):
    choices[field] = text
    assert told in choices.problems()[field] and len(choices.problems()) == 1


def test_an_existing_output_is_replaced_only_if_that_is_said(choices, tmp_path):
    (tmp_path / "out.hdf5").touch()
    choices["output"] = str(tmp_path / "out.hdf5")
    assert "exists" in choices.problems()["output"]
    for word, flags in ((ADD, (False, True)), (REPLACE, (True, False))):
        choices[EXISTING] = word
        assert not choices.problems()
        asked = stage_options.GenerateOptions(**choices.options())
        assert (asked.overwrite, asked.resume) == flags
    choices.run_has_ended()
    assert choices[EXISTING] == NEW and "exists" in choices.problems()["output"], "Replace is for one run"
    choices[EXISTING] = ADD
    choices.run_has_ended()
    assert choices[EXISTING] == ADD, "adding loses nothing"
    choices["output"] = choices["input"]
    assert "input file" in choices.problems()["output"]


def test_no_step_writes_over_what_another_reads_or_makes(tmp_path, project):
    forms = {name: Choices(step, project) for name, step in STEPS.items()}
    for form in forms.values():
        if EXISTING in form.fields:
            form[EXISTING] = ADD
    assert "output" not in forms["record"].problems(), "adding to the recordings, which Annotate reads, is fine"
    for name, output, told in (
        ("annotate", "demos.hdf5", "input file"),
        ("generate", "demos.hdf5", "the recordings of this project"),
        ("record", "annotated.hdf5", "the annotated demonstrations"),
        ("record", str(SAMPLE), "the sample"),
        ("record", f"{tmp_path}/sub/../generated.hdf5", "the generated demonstrations"),
    ):
        before, forms[name]["output"] = forms[name]["output"], output
        assert told in forms[name].problems()["output"], (name, output)
        forms[name]["output"] = before
    forms["train"]["dataset"] = "others.hdf5"
    forms["annotate"]["output"] = "others.hdf5"
    assert "Another step" in forms["annotate"].problems()["output"]


def test_options_are_those_of_the_stage(choices, monkeypatch):
    options = stage_options.GenerateOptions(**choices.options())
    assert options.num_envs == 16 and options.max_retries is None and options.early_stop is None
    choices["max_retries"], choices["early_stop"], choices["keep_failed"] = "3", "off", "True"
    options = stage_options.GenerateOptions(**choices.options())
    assert options.max_retries == 3 and options.early_stop is False and options.keep_failed is True
    monkeypatch.setenv("HOME", "/data/me")
    choices["input"] = " ~/demos.hdf5 "
    assert choices.options()["input"] == "/data/me/demos.hdf5"
    choices["output"] = "out.hdf5"
    assert choices.options()["output"] == str(choices.project.folder / "out.hdf5")


STAGES = [step for step in STEPS.values() if step.options]


@pytest.mark.parametrize("step", STAGES, ids=lambda step: step.name)
def test_every_option_is_in_its_form_or_left_out_for_a_reason(step):
    options = {field.name for field in dataclasses.fields(step.options)}
    grouped = [name for names in step.groups.values() for name in names]
    grouped = [option for name in grouped for option in (step.existing.values() if name == EXISTING else (name,))]
    assert set(grouped) | step.left_out.keys() == options and len(grouped) == len(set(grouped))
    assert not set(grouped) & step.left_out.keys() and all(step.left_out.values())
    fields = set(grouped) - {SETTINGS, *step.existing.values()}
    assert fields == set(step.fields) - {EXISTING} and set(step.first) <= set(grouped)
    assert set(step.files) <= options


@pytest.mark.parametrize("step", STAGES, ids=lambda step: step.name)
def test_fields_are_said_as_their_options_are(step):
    for name, field in step.fields.items():
        if name == EXISTING:
            assert field.choices == (NEW, *step.existing) and all(word in field.tooltip for word in field.choices)
            continue
        assert field.tooltip == options_of(step.options)[name].help
        assert field.option.declared.label, f"{name} has no label"
        # What 0 means stands beside the field in the words of the help.
        assert not field.option.zero or (f"0: {field.option.zero}" in field.tooltip and field.option.zero in field.unit)
    choices = Choices(step, Project(Path(), {"task": DEFAULT_TASK}))
    assert not {name for name in choices.problems() if not step.fields[name].role}, "defaults can be used"
    # Untouched, a form asks for the same as the command line does.
    files = {name for name, field in step.fields.items() if field.role}
    untouched = {name: value for name, value in choices.options().items() if name not in files}
    assert step.options(**untouched) == step.options(**{k: v for k, v in untouched.items() if k == "task"})


def test_a_new_option_is_in_the_form_without_more(monkeypatch):
    @dataclasses.dataclass(frozen=True)
    class Longer(stage_options.GenerateOptions):
        speed: float = option(1.0, label="Speed", group="How attempts are made", unit="m/s", low=0.1, high=2)
        """Speed of the robot [m/s]."""

    step = dataclasses.replace(GENERATE, options=Longer)
    assert "speed" in step.groups["How attempts are made"]
    longer = Choices(step, Project(Path()))
    assert longer["speed"] == "1.0" and step.fields["speed"].unit == "m/s"
    longer["speed"] = "3"
    assert longer.problems()["speed"] == "Must be from 0.1 to 2, not 3."
    with pytest.raises(OptionError, match=r"--speed: must be from 0\.1 to 2, not 3"):
        read_options(Longer, {"speed": 3.0}, "generate")


def test_a_form_asks_for_the_settings_of_the_device_that_is_chosen():
    choices = Choices(RECORD, Project(Path()))
    driven = "How it is driven"
    assert choices.groups[driven] == ("step_hz", "pos_sensitivity", "rot_sensitivity", "orientation", "ramp")
    choices["pos_sensitivity"], choices["orientation"] = "0.5", "view"
    choices["teleop_device"] = "spacemouse"
    assert choices.groups[driven][-2:] == ("curve", "axes") and choices.fields["curve"].tooltip.startswith("Exponent")
    choices["dead_zone"] = "1"
    assert choices.problems()["dead_zone"] == "Must be from 0 to less than 1, not 1."
    choices["dead_zone"], choices["output"] = "0.1", "/tmp/demos.hdf5"
    settings = choices.options()["teleop_settings"]
    assert settings["pos_sensitivity"] == 0.5 and settings["dead_zone"] == 0.1, "what devices share stays"
    assert settings["orientation"] == "view"
    assert stage_options.RecordOptions(**choices.options()).teleop_settings.dead_zone == 0.1
    again = Choices(RECORD, Project(Path()))
    again.read_text(choices.to_text())
    assert again["teleop_device"] == "spacemouse" and again["dead_zone"] == "0.1" and again["orientation"] == "view"
    choices["teleop_device"] = "xr"
    assert choices.groups[driven] == ("step_hz", "mcap_record", "mcap_replay", "cloudxr")
    choices["mcap_replay"] = "/nowhere.mcap"
    assert choices.problems()["mcap_replay"] == "There is no such file."
    choices["teleop_device"] = "scripted"
    assert choices.groups[driven] == () and "teleop_settings" not in choices.options()


def test_a_recorded_session_is_found_by_its_own_ending(tmp_path):
    choices = Choices(RECORD, Project(Path()))
    choices["teleop_device"] = "xr"
    for name in ("session.mcap", "demos.hdf5"):
        (tmp_path / name).touch()
    found = {}
    for name in ("mcap_replay", "output"):
        field = choices.fields[name]
        request = FileRequest(field.label, field.role, other_suffixes=field.option.declared.suffixes)
        found[name] = [file for file, _ in list_folder(tmp_path, request).files]
    assert found == {"mcap_replay": ["session.mcap"], "output": ["demos.hdf5"]}


def test_the_page_on_the_window_names_every_panel_and_way():
    text = (Path(__file__).parents[2] / "docs" / "window.md").read_text()
    for step in STEPS.values():
        assert f"| {step.title} |" in text or f"*{step.way or step.title}*" in text, step.title
    assert [way.name for way in ways_of(STEPS["play"])] == ["evaluate", "play"] and ways_of(GENERATE) == (GENERATE,)


def test_an_input_follows_the_step_before_and_never_the_other_way_round(tmp_path, project):
    forms = {name: Choices(step, project) for name, step in STEPS.items()}
    assert forms["record"].path("output") == tmp_path / "demos.hdf5" == forms["annotate"].path("input")
    forms["record"]["output"] = "mine.hdf5"
    assert forms["annotate"]["input"] == "mine.hdf5" == forms["annotate_manual"]["input"] == forms["replay"]["input"]
    forms["annotate"]["input"] = "/x/other.hdf5"
    assert forms["record"]["output"] == "mine.hdf5" == forms["replay"]["input"]
    assert forms["annotate_manual"]["input"] == "/x/other.hdf5", "both ways of annotating read the same"
    again = Project(tmp_path, project.values())
    assert Choices(STEPS["annotate"], again)["input"] == "/x/other.hdf5"
    forms["record"]["output"] = "new.hdf5"
    assert forms["annotate"]["input"] == "new.hdf5"
    forms["annotate"]["input"] = ""
    assert "Choose" in forms["annotate"].problems()["input"]
    project.follow("demos")
    assert forms["annotate"]["input"] == "new.hdf5"
    forms["record"]["task"] = "Mimic-Lift-Box-Two-Franka-v0"
    assert forms["preview"]["task"] == "Mimic-Lift-Box-Two-Franka-v0"
    assert forms["annotate"]["task"] == "as the input says" and forms["annotate"].value("task") == ""
    assert (project.shown(tmp_path / "a" / "b"), project.shown("/y")) == ("a/b", "/y")


def test_a_word_that_may_be_a_file_is_looked_for_in_the_project(tmp_path, project):
    manual = Choices(STEPS["annotate_manual"], project)
    manual["marks"] = "earlier.hdf5"
    assert manual.options()["marks"] == "earlier.hdf5"
    (tmp_path / "earlier.hdf5").touch()
    assert manual.options()["marks"] == str(tmp_path / "earlier.hdf5")


def test_what_is_remembered_comes_back(choices):
    choices["num_demos"], choices[EXISTING], choices.in_worker = "77", REPLACE, False
    again = Choices(GENERATE, Project(Path()))
    again.read_text(choices.to_text())
    assert again["num_demos"] == "77" and again[EXISTING] == NEW and not again.in_worker


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"num_demos": 3, "mode": "gone", "new": 1, "in_worker": "no"}'])
def test_what_was_remembered_may_be_nonsense(text):
    again = Choices(GENERATE, Project(Path()))
    again.read_text(text)
    assert again.to_text() == Choices(GENERATE, Project(Path())).to_text()


def test_settings_that_version_0_1_0_kept_come_back(tmp_path):
    kept = {
        "look": {"num_envs": "7"},
        "mark": {"marks": "auto"},
        "play": {"num_rollouts": "33", "half_width": "0.05"},
        "watch": {"num_rollouts": "5"},
        "record": {"teleop_device": "spacemouse", "dead_zone": "0.2", "pos_sensitivity": "0.5"},
        "generate": {"max_retries": "2", "early_stop": "off", "in_worker": False},
        "hotkeys": {"step.look": "F5", "step.data": "F6"},
    }
    path = tmp_path / "window.json"
    path.write_text(json.dumps({name: json.dumps(texts) for name, texts in kept.items()}))
    host = DesktopHost(path)
    forms = {name: Session(host, step, Project(Path())).choices for name, step in STEPS.items()}
    assert forms["preview"]["num_envs"] == "7" and forms["annotate_manual"]["marks"] == "auto"
    assert forms["evaluate"]["num_rollouts"] == "33" and forms["evaluate"].value("half_width") == 0.05
    assert forms["play"]["num_rollouts"] == "5" and forms["record"]["dead_zone"] == "0.2"
    assert forms["generate"]["max_retries"] == "2" and forms["generate"].value("early_stop") is False
    assert not forms["generate"].in_worker
    keys = Hotkeys(host).keys
    assert str(keys["step.look"]) == "F5" and ACTIONS["step.look"].title == "Open Preview"
    assert str(keys["step.data"]) == "F6" and ACTIONS["step.data"].title == "Open Dataset"


def test_messages_call_options_as_the_form_does(choices):
    assert (
        choices.in_words("is full\n  Make room, then go on with --resume.")
        == "is full\n  Make room, then go on with Add."
    )
    assert choices.in_words("Raise --num-envs, or --unknown.") == 'Raise "Environments", or --unknown.'
    assert "--output NEW" in choices.in_words("Update it: mimic convert FILE --output NEW"), "a command stays whole"
    assert choices.in_words("Mark it: mimic annotate --manual") == 'Mark it: "Annotate > Manual"'


def test_a_task_that_is_gone_is_not_remembered():
    project = Project(Path(), {"task": "Gone-v0", "demos": "/x", "nothing@preview": "/y", "run": 7})
    assert project.task == "" and project.output("demos") == "/x" and project.output("run") == "run"


def test_statistics_of_events():
    statistics = RunStatistics()
    for attempt in range(6):
        good = attempt % 3 > 0
        cause, subtask = (FailureCause.NONE, "") if good else (FailureCause.DROPPED, "franka/1")
        statistics.receive(AttemptFinished(attempt, attempt % 2, good, 90, cause, subtask, {"franka": [0, 3]}))
    assert statistics.failures == {("franka/1", "dropped"): 2} and statistics.sources == {0: 4, 3: 4}
    assert statistics.success_rate.values[-1] == pytest.approx(4 / 6) and statistics.last[1].attempt == 5


def test_a_curve_keeps_its_shape_when_it_grows_long():
    curve = Curve()
    for value in range(10_000):
        curve.add(value)
    assert 100 < len(curve.values) <= 401 and curve.values == sorted(curve.values) and curve.values[-1] > 9900


def test_events_in_words():
    assert describe(DemoSaved("demo_3", "/x", 212, 4, 10)) == "Saved demo_3 (212 steps)."
    failed = AttemptFinished(6, 0, False, 90, cause=FailureCause.NOT_GRASPED, subtask="franka/0")
    assert describe(failed) == "Attempt 7 failed (not grasped) in: franka/0."
    names = SubtaskNames({"franka": [["grasp_1", "Grasp the red cube"], [None, ""]]})
    assert describe(failed, names) == "Attempt 7 failed (not grasped) in: Grasp the red cube."
    assert names.title("franka/1") == "Subtask 2" and names.title("other/0") == "other/0" == names.title("other/0")
    assert "signal grasp_1" in names.find("franka/0").tooltip and names.of_signal("grasp_1").index == 0
    assert describe(AttemptFinished(6, 0, True, 90)) == "" == describe(StageStarted("generate"))
    assert describe(StageFailed("what\n  remedy")) == "what"
    assert "kept" in describe(StageFinished("generate", "gave_up"))
    assert describe(StageFinished("generate", "stopped"), saved=False) == "Stopped.", "nothing is kept of nothing"


def test_a_picture_keeps_its_proportions_in_any_view():
    assert shares(2.0, 2.02) == shares(2.0, 1.98) == (1.0, 1.0), "sizes that are rounded leave no margin"
    assert shares(1.0, 2.0) == (0.5, 1.0) and shares(2.0, 1.0) == (1.0, 0.5)
    for picture, place in ((1.6, 3.2), (1.6, 0.7)):
        across, upwards = shares(picture, place)
        assert place * across / upwards == pytest.approx(picture) and max(across, upwards) == 1.0


def test_durations():
    assert [clock(seconds) for seconds in (None, 0, 7.4, 754, 3723)] == ["-", "0:00", "0:07", "12:34", "1:02:03"]
