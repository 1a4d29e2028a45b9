# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What is compared before a run is resumed, and the messages about it."""

import json

import pytest

from isaaclab_mimic_core.errors import InputFileError, OptionError
from isaaclab_mimic_core.learning.run_folder import RunFolder
from isaaclab_mimic_core.option import BY_CONTENT, deciding, options_of
from isaaclab_mimic_core.options import (
    AnnotateByHandOptions,
    AnnotateOptions,
    EvaluateOptions,
    GenerateOptions,
    RenderOptions,
    TrainOptions,
)
from isaaclab_mimic_core.run_manifest import Difference, InputFile, RunManifest, versions_of
from isaaclab_mimic_core.stages.files.resume import manifest_of
from isaaclab_mimic_core.tasks import DEFAULT_TASK

BEGUN = RunManifest(
    "generate",
    {"task": "T", "seed": 1, "keep_clear": False},
    {"input": InputFile("annotated.hdf5", "aaaa")},
    {"torch": "2.11.0"},
)


def changed(**options):
    return RunManifest("generate", {**BEGUN.options, **options}, BEGUN.inputs, BEGUN.versions)


def test_the_same_again_goes_on():
    stored = RunManifest.from_dict(BEGUN.to_dict(), "file")
    assert stored == BEGUN
    changed().check_resumes(stored, "out.hdf5")
    assert changed().remarks(stored) == []


def test_all_that_differs_is_named_with_then_and_now():
    now = RunManifest("generate", {**BEGUN.options, "seed": 2, "keep_clear": True}, BEGUN.inputs)
    with pytest.raises(OptionError) as caught:
        now.check_resumes(BEGUN, "out.hdf5", [Difference("--config: train.seed", 3, 4)])
    assert str(caught.value).splitlines() == [
        "--resume out.hdf5: the run was begun with --seed 1, not 2; --keep-clear off, not on; "
        "--config: train.seed 3, not 4",
        "  Give the same again, or another --output for a new run.",
    ]
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (InputFile("moved/annotated.hdf5", "aaaa"), None),
        (InputFile("copy.hdf5", "aaaa"), None),
        (InputFile("annotated.hdf5", "bbbb"), "--input annotated.hdf5, not what is in it now"),
        (InputFile("other.hdf5", "bbbb"), "--input annotated.hdf5, not other.hdf5"),
    ],
)
def test_inputs_are_known_by_what_is_in_them(now, said):
    found = RunManifest("generate", {}, {"input": now}).differences(BEGUN)
    assert [str(difference) for difference in found] == ([said] if said else [])


def test_what_an_older_version_did_not_write_down_is_not_compared_and_is_kept_from_now_on():
    older = RunManifest("generate", {"seed": 1}, {"input": InputFile("elsewhere/annotated.hdf5")})
    BEGUN.check_resumes(older, "out.hdf5")
    assert BEGUN.going_on(older) == BEGUN
    with pytest.raises(OptionError, match=r"--input other\.hdf5, not annotated\.hdf5"):
        BEGUN.check_resumes(RunManifest("generate", {}, {"input": InputFile("other.hdf5")}), "out.hdf5")


def test_another_verbs_output_is_refused():
    with pytest.raises(OptionError, match="it was made by mimic train"):
        BEGUN.check_resumes(RunManifest("train"), "out")


def test_other_versions_are_told_and_go_on():
    now = RunManifest("generate", BEGUN.options, BEGUN.inputs, {"torch": "2.12.0"})
    now.check_resumes(BEGUN, "out.hdf5")
    assert now.remarks(BEGUN) == ["The run was begun with torch 2.11.0, now 2.12.0: what is made now may differ."]
    assert now.going_on(BEGUN).versions == BEGUN.versions


@pytest.mark.parametrize("stored", [None, 3, {}, {"manifest": 1}, {**BEGUN.to_dict(), "inputs": {"input": "a"}}])
def test_what_is_no_manifest_is_said(stored):
    with pytest.raises(InputFileError, match="does not say what the run in it was asked for"):
        RunManifest.from_dict(stored, "file")


def test_a_newer_format_is_said():
    with pytest.raises(InputFileError, match="newer version"):
        RunManifest.from_dict({**BEGUN.to_dict(), "manifest": 2}, "file")


DECIDING = {
    GenerateOptions: "task seed physics assets ik object_scale mode early_stop max_retries learn_sources correct_grasp "
    "fit_sizes fade_noise keep_clear planner per_subtask_selection images",
    AnnotateOptions: "task seed physics assets ik object_scale from_states start_signals",
    AnnotateByHandOptions: "task start_signals",
    TrainOptions: "task seed physics assets ik object_scale exact precision eval_rollouts horizon learner",
    EvaluateOptions: "task seed physics assets ik object_scale horizon hold actions",
    RenderOptions: "task seed physics assets object_scale num_envs episodes size renderer variations",
}
FILES = {
    GenerateOptions: {"input"},
    AnnotateOptions: {"input"},
    AnnotateByHandOptions: {"input"},
    TrainOptions: {"dataset", "config", "train_seed"},
    EvaluateOptions: {"checkpoints"},
    RenderOptions: {"input", "cameras", "randomization"},
}


@pytest.mark.parametrize("options", DECIDING)
def test_each_option_decides_or_may_differ_as_it_is_declared(options):
    assert set(deciding(options())) == set(DECIDING[options].split())
    by_content = {name for name, each in options_of(options).items() if each.declared.on_resume is BY_CONTENT}
    assert by_content == FILES[options] | {"descriptor"}


def test_what_is_left_to_the_program_is_compared_as_it_is_decided():
    first = manifest_of("generate", GenerateOptions(task=DEFAULT_TASK, physics="auto"), {})
    assert first.options["physics"] == "ovphysx" and "assets" not in first.options
    assert first.options["task"] == DEFAULT_TASK
    again = GenerateOptions(task="isaac-stack-cube-franka-ik-rel-v0", physics="ovphysx", num_envs=3, viz="viser")
    assert manifest_of("generate", again, {}).options == first.options
    assert first.with_options(assets="local").options["assets"] == "local"
    assert set(first.versions) >= {"isaaclab", "torch", "ovphysx"}


def test_a_descriptor_is_compared_by_its_content(tmp_path):
    one, other = tmp_path / "task.yaml", tmp_path / "same" / "task.yaml"
    other.parent.mkdir()
    for file in (one, other):
        file.write_text("name: n\nenv: Some-Env\nsubtasks: {arm: [{object_ref: cube}]}\n")
    first = manifest_of("generate", GenerateOptions(descriptor=str(one)), {}).inputs["descriptor"]
    assert not first.differs(manifest_of("generate", GenerateOptions(descriptor=str(other)), {}).inputs["descriptor"])
    other.write_text(other.read_text().replace("cube", "mug"))
    assert first.differs(manifest_of("generate", GenerateOptions(descriptor=str(other)), {}).inputs["descriptor"])


def test_versions_of_what_is_not_installed_are_left_out():
    assert "no-such-package" not in versions_of("no-such-package")


@pytest.mark.parametrize(
    "run",
    [
        {"options": [1, 2]},
        {"options": "none"},
        {"versions": "1.2"},
        {"versions": [["torch"]]},
        {"manifest": float("inf")},
        {"manifest": 1, "verb": "train", "options": {}, "inputs": [], "versions": {}},
    ],
)
def test_the_run_json_of_another_program_is_refused(run, tmp_path):
    (tmp_path / "run.json").write_text(json.dumps(run))
    with pytest.raises(InputFileError, match=r"run\.json: "):
        RunFolder(str(tmp_path)).manifest()


def test_a_training_of_0_1_0_says_what_it_was(tmp_path):
    run = {"task": "T", "options": {"eval_every": 5, "horizon": 30}, "dataset": "d.hdf5", "versions": {"torch": "2.5"}}
    (tmp_path / "run.json").write_text(json.dumps(run))
    found = RunFolder(str(tmp_path)).manifest()
    assert found.options == {"task": "T", "horizon": 30} and found.versions == {"torch": "2.5"}
    assert found.inputs["dataset"].path == "d.hdf5"
