# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How far earlier runs got, and whether they can go on, by what is in their files."""

import json

import h5py
import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.errors import DatasetError, OptionError
from isaaclab_mimic_core.options import AnnotateByHandOptions, AnnotateOptions
from isaaclab_mimic_core.run_manifest import RunManifest
from isaaclab_mimic_core.stages.annotation.automatic import Annotate
from isaaclab_mimic_core.stages.annotation.manual import AnnotateByHand
from isaaclab_mimic_core.stages.files.resume import earlier_annotation, manifest_of, next_recording, recorded_digest
from isaaclab_mimic_core.tasks import DEFAULT_TASK as TASK

LENGTHS = (10, 11, 12)


def recorded(path, lengths=LENGTHS, seed=1):
    """Recorded demonstrations; no two are alike."""
    with DatasetWriter(path, {"env_name": TASK}) as writer:
        for number, length in enumerate(lengths):
            random = np.random.default_rng(length)
            data = {"actions": random.normal(size=(length, 7)).astype(np.float32)}
            data |= {
                "initial_state/rigid_object/cube_1/root_pose": random.normal(size=(1, 7)).astype(np.float32),
                "states/rigid_object/cube_1/root_pose": random.normal(size=(length, 7)).astype(np.float32),
            }
            writer.add(Episode(data, {"seed": seed, "mimic": {"recorded": {"number": number}}}))
    return path


def annotated(path, source, names, older=False, **made):
    """What annotation leaves of some demonstrations."""
    manifest = manifest_of("annotate", AnnotateOptions(task=TASK), {}).with_options(assets="local")
    attrs = {} if older else {"mimic": {"manifest": manifest.to_dict()}}
    with DatasetReader(source) as reader, DatasetWriter(path, reader.env_args, attrs=attrs) as writer:
        for name in names:
            origin = {"from": name, "task": TASK, "physics": "ovphysx", "assets": "local"} | made
            if not older:
                origin["sha256"] = recorded_digest(reader, name)
            writer.add(Episode(reader.read(name).data, {"mimic": {"annotated": origin}}))
    return path


@pytest.fixture
def source(tmp_path):
    return recorded(tmp_path / "demos.hdf5")


@pytest.mark.parametrize("older", [False, True])
def test_what_is_done_is_known_by_its_origin(source, tmp_path, older):
    output = annotated(tmp_path / "out.hdf5", source, ["demo_2", "demo_0"], older)
    earlier = earlier_annotation(str(output), str(source))
    assert earlier.done == {"demo_0", "demo_2"} and earlier.saved == 2
    assert earlier.manifest.options["assets"] == "local"
    assert earlier_annotation(str(tmp_path / "none.hdf5"), str(source)) is None


def test_recordings_may_be_added_meanwhile(source, tmp_path):
    output = annotated(tmp_path / "out.hdf5", source, ["demo_1"])
    more = recorded(tmp_path / "more.hdf5", (*LENGTHS, 13))
    assert earlier_annotation(str(output), str(more)).done == {"demo_1"}


@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize("lengths", [(10,), (10, 12, 11)])
def test_the_output_of_another_input_is_refused(source, tmp_path, lengths, older):
    output = annotated(tmp_path / "out.hdf5", source, ["demo_1"], older)
    other = recorded(tmp_path / "other.hdf5", lengths)
    with pytest.raises(OptionError, match="its demo_0 was not made from a demonstration in"):
        earlier_annotation(str(output), str(other))


def test_other_numbers_in_a_demonstration_of_the_same_length_are_seen(source, tmp_path):
    output = annotated(tmp_path / "out.hdf5", source, ["demo_1"])
    with h5py.File(source, "r+") as file:
        file["data/demo_1/actions"][3, 3] += 1e-6
    with pytest.raises(OptionError, match="its demo_0 was not made from"):
        earlier_annotation(str(output), str(source))


def test_what_is_no_annotation_is_refused(source):
    with pytest.raises(OptionError, match="its demo_0 was not made from"):
        earlier_annotation(str(source), str(source))


OTHERWISE = {
    "seed": ({"seed": 2}, "--seed 1, not 2"),
    "engine": ({"physics": "newton"}, "--physics ovphysx, not newton"),
    "start signals": ({"start_signals": True}, "--start-signals off, not on"),
    "assets": ({"assets": "cloud"}, "--assets local, not cloud"),
}


@pytest.mark.parametrize("case", OTHERWISE)
def test_annotation_that_is_asked_for_otherwise_is_named(case, source, tmp_path):
    changes, said = OTHERWISE[case]
    output = annotated(tmp_path / "out.hdf5", source, ["demo_1"])
    before = output.read_bytes()
    options = {"input": str(source), "output": str(output), "resume": True}
    with pytest.raises(OptionError, match=f"the run was begun with {said}"):
        Annotate(AnnotateOptions(**options, **changes))
    # By hand states are shown, so that it does not matter by what engine.
    by_hand = AnnotateByHandOptions(**options, **changes)
    if case == "start signals":
        with pytest.raises(OptionError, match=f"the run was begun with {said}"):
            AnnotateByHand(by_hand)
    else:
        AnnotateByHand(by_hand).close()
    assert output.read_bytes() == before


def test_an_annotation_of_0_1_0_goes_on_with_what_it_holds(source, tmp_path):
    output = annotated(tmp_path / "out.hdf5", source, ["demo_1"], older=True)
    options = {"input": str(source), "output": str(output), "resume": True}
    with pytest.raises(OptionError, match="begun with --physics ovphysx, not newton"):
        Annotate(AnnotateOptions(**options, physics="newton"))
    Annotate(AnnotateOptions(**options, seed=5)).close()


def test_what_another_verb_has_made_is_not_gone_on_with(source, tmp_path):
    output = annotated(tmp_path / "out.hdf5", source, ["demo_1"])
    with h5py.File(output, "r+") as file:
        made = RunManifest("generate").to_dict()
        file["data"].attrs["mimic"] = json.dumps({"manifest": made})
    with pytest.raises(OptionError, match="it was made by mimic generate"):
        Annotate(AnnotateOptions(input=str(source), output=str(output), resume=True))


def test_what_is_recorded_is_not_recorded_again(source):
    assert next_recording(str(source), TASK, 1) == 3
    assert next_recording(str(source), TASK, 2) == 0, "another seed gives other initial states"
    assert next_recording(str(source.with_name("none.hdf5")), TASK, 1) == 0


def test_recordings_of_another_task_are_not_added_to(source):
    with pytest.raises(DatasetError, match=f"is of the task {TASK}, not of Mimic-Lift") as caught:
        next_recording(str(source), "Mimic-Lift-Box-Two-Franka-v0", 1)
    assert "give another --output" in str(caught.value) and "--any-task" not in str(caught.value)


@pytest.mark.parametrize("manual", [False, True])
def test_one_that_cannot_be_played_is_named_and_the_others_are_done(manual, source, tmp_path):
    with h5py.File(source, "r+") as file:
        file["data/demo_1/actions"][3, 3] = np.nan
    output = annotated(tmp_path / "out.hdf5", source, ["demo_0", "demo_2"])
    kind, given = (AnnotateByHand, AnnotateByHandOptions) if manual else (Annotate, AnnotateOptions)
    with kind(given(input=str(source), output=str(output), resume=True)) as stage:
        _, skipped, ending = stage
    assert skipped.name == "demo_1" and not skipped.ok and "actions, row 3 is not finite" in skipped.reason
    assert ending.outcome == "done" and (ending.summary["annotated"], ending.summary["of"]) == (2, 3)


def test_a_command_that_has_left_one_out_is_done_with_findings(source, tmp_path, monkeypatch, capfd):
    from isaaclab_mimic_core import cli

    monkeypatch.setenv("MIMIC_CACHE", str(tmp_path / "cache"))
    with h5py.File(source, "r+") as file:
        del file["data/demo_2/initial_state/rigid_object"]
    output = annotated(tmp_path / "out.hdf5", source, ["demo_0", "demo_1"])
    command = ["annotate", "--input", str(source), "--output", str(output), "--resume"]
    assert cli.main(command) == 1
    assert "demo_2: not kept, has no initial_state" in capfd.readouterr().out
    with h5py.File(source, "r+") as file:
        del file["data/demo_2"]
    assert cli.main(command) == 0


def test_with_none_that_can_be_played_nothing_is_begun(source, tmp_path):
    with h5py.File(source, "r+") as file:
        for demo in file["data"].values():
            del demo["states"], demo["initial_state"]
    for kind, given in ((Annotate, AnnotateOptions), (AnnotateByHand, AnnotateByHandOptions)):
        with pytest.raises(DatasetError, match="demo_0: has no initial_state"):
            kind(given(input=str(source), output=str(tmp_path / "out.hdf5")))
    assert not (tmp_path / "out.hdf5").exists()


@pytest.mark.parametrize("kind", [AnnotateOptions, AnnotateByHandOptions])
def test_recordings_of_another_task_are_refused_unless_insisted(kind, source, tmp_path):
    stage = Annotate if kind is AnnotateOptions else AnnotateByHand
    given = {"input": str(source), "output": str(tmp_path / "out.hdf5"), "task": "Mimic-Lift-Box-Two-Franka-v0"}
    with pytest.raises(DatasetError, match=f"is of the task {TASK}, not of Mimic-Lift"):
        stage(kind(**given))
    stage(kind(**given, any_task=True)).close()
