# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Wrong input ends in one or two lines that say what, where and what to do; nothing is written or lost."""

import hashlib
import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from waiting import LONG

from isaaclab_mimic_core.datasets import DatasetWriter, Episode

pytestmark = pytest.mark.e2e

TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"
INFO = "obs/datagen_info"
SAMPLES = 60
SIGNALS = ("grasp_1", "stack_1", "grasp_2")


def make_episode() -> Episode:
    """A demonstration that looks annotated: everything stands still and the signals rise in their order."""
    poses = np.tile(np.eye(4, dtype=np.float32), (SAMPLES, 1, 1))
    time = np.arange(SAMPLES)
    data = {"actions": np.zeros((SAMPLES, 7), np.float32)}
    data |= {f"{INFO}/{kind}/franka": poses for kind in ("eef_pose", "target_eef_pose")}
    data |= {f"{INFO}/object_pose/cube_{number}": poses for number in (1, 2, 3)}
    data |= {f"{INFO}/subtask_term_signals/{name}": time >= 15 * (i + 1) for i, name in enumerate(SIGNALS)}
    data |= {"initial_state/articulation/robot/joint_position": np.zeros((1, 9), np.float32)}
    return Episode(data, {"success": True, "seed": 1})


def put_nan(file: h5py.File) -> None:
    file["data/demo_1/actions"][5, 2] = np.nan


def empty(file: h5py.File) -> None:
    def cut(name: str, item) -> None:
        if isinstance(item, h5py.Dataset):
            found.append(name)

    found: list[str] = []
    demo = file["data/demo_1"]
    demo.visititems(cut)
    for name in found:
        values = demo[name][:0]
        del demo[name]
        demo[name] = values
    demo.attrs["num_samples"] = 0


def forget_annotation(file: h5py.File) -> None:
    del file[f"data/demo_1/{INFO}"]


def rename_eef(file: h5py.File) -> None:
    for kind in ("eef_pose", "target_eef_pose"):
        for demo in file["data"].values():
            demo.move(f"{INFO}/{kind}/franka", f"{INFO}/{kind}/left_hand")


def rename_target(file: h5py.File) -> None:
    file["data/demo_1"].move(f"{INFO}/target_eef_pose/franka", f"{INFO}/target_eef_pose/left_hand")


def silence(file: h5py.File) -> None:
    file[f"data/demo_1/{INFO}/subtask_term_signals/stack_1"][:] = False


def put_nan_in_both(file: h5py.File) -> None:
    for demo in file["data"].values():
        demo["actions"][5, 2] = np.nan


def forget_initial_states(file: h5py.File) -> None:
    for demo in file["data"].values():
        del demo["initial_state"]


CHANGES = {
    "two_bad": put_nan_in_both,
    "stateless": forget_initial_states,
    "nan": put_nan,
    "empty": empty,
    "not_annotated": forget_annotation,
    "other_eef": rename_eef,
    "other_target": rename_target,
    "silent": silence,
}


@pytest.fixture(scope="module")
def inputs(tmp_path_factory) -> Path:
    """A folder of files that cannot be used, and one that can."""
    folder = tmp_path_factory.mktemp("inputs")
    for name in ("good", *CHANGES):
        with DatasetWriter(folder / f"{name}.hdf5", {"env_name": TASK}) as writer:
            for _ in range(2):
                writer.add(make_episode())
        if name in CHANGES:
            with h5py.File(writer.path, "r+") as file:
                CHANGES[name](file)
    whole = (folder / "good.hdf5").read_bytes()
    (folder / "truncated.hdf5").write_bytes(whole[: len(whole) // 2])
    (folder / "text.hdf5").write_text("These are not the bytes you are looking for.\n" * 20)
    (folder / "nothing.hdf5").touch()
    return folder


def fingerprints(folder: Path) -> dict[str, str]:
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


# Arguments (INPUTS stands for the folder of inputs, OUT for one that does not exist) and what the message has to say.
NEW = ("--output", "OUT/out.hdf5", "--assets", "local", "--device", "cpu")
BEFORE_OPENING = {
    "missing file": (("generate", "--input", "INPUTS/godo.hdf5", *NEW), ("godo.hdf5", "no such file", "good.hdf5")),
    "a folder": (("generate", "--input", "INPUTS", *NEW), ("INPUTS", "folder")),
    "not HDF5": (("generate", "--input", "INPUTS/text.hdf5", *NEW), ("text.hdf5", "not an HDF5 file")),
    "0 bytes": (("generate", "--input", "INPUTS/nothing.hdf5", *NEW), ("nothing.hdf5", "empty")),
    "truncated": (("generate", "--input", "INPUTS/truncated.hdf5", *NEW), ("truncated.hdf5", "cut short")),
    "no datagen_info": (
        ("generate", "--input", "INPUTS/not_annotated.hdf5", *NEW),
        ("not_annotated.hdf5, demo_1", "datagen_info", "mimic annotate"),
    ),
    "end effectors contradict": (
        ("generate", "--input", "INPUTS/other_target.hdf5", *NEW),
        ("other_target.hdf5, demo_1", "'franka'", "'left_hand'"),
    ),
    "NaN in an action": (
        ("generate", "--input", "INPUTS/nan.hdf5", *NEW),
        ("nan.hdf5, demo_1", "actions, row 5, column 2 is nan", "record it again"),
    ),
    "zero-length demo": (
        ("generate", "--input", "INPUTS/empty.hdf5", *NEW),
        ("empty.hdf5, demo_1", "0 samples", "mimic drop"),
    ),
    "output below a file": (
        ("generate", "--input", "INPUTS/good.hdf5", "--output", "/dev/null/x.hdf5"),
        ("/dev/null/x.hdf5", "/dev/null is not a folder"),
    ),
    "output folder not writable": (
        ("generate", "--input", "INPUTS/good.hdf5", "--output", "/proc/x/y.hdf5"),
        ("/proc/x/y.hdf5", "cannot be written", "Choose"),
    ),
    "output exists": (
        ("generate", "--input", "INPUTS/good.hdf5", "--output", "INPUTS/nan.hdf5"),
        ("nan.hdf5", "exists already", "--overwrite"),
    ),
    "output is the input": (
        ("generate", "--input", "INPUTS/good.hdf5", "--output", "INPUTS/good.hdf5", "--overwrite"),
        ("good.hdf5", "this is the input", "another"),
    ),
    "unknown task": (
        ("generate", "--input", "INPUTS/good.hdf5", *NEW, "--task", "Isaac-Stack-Cubes-Franka-v0"),
        ("--task", "Isaac-Stack-Cubes-Franka-v0", "Did you mean Isaac-Stack-Cube-Franka"),
    ),
    "no environments": (
        ("generate", "--input", "INPUTS/good.hdf5", *NEW, "--num-envs", "0"),
        ("--num-envs", "must be from 1 to 65536, not 0"),
    ),
    "no demonstrations": (
        ("generate", "--input", "INPUTS/good.hdf5", *NEW, "--num-demos", "0"),
        ("--num-demos", "must be at least 1, not 0"),
    ),
    "no such physics": (
        ("generate", "--input", "INPUTS/good.hdf5", *NEW, "--physics", "newtonian"),
        ("--physics", "newtonian", "newton"),
    ),
    "a GPU where none is": (
        ("generate", "--input", "INPUTS/good.hdf5", "--output", "OUT/out.hdf5", "--device", "cuda"),
        ("--device", "no CUDA GPU", "--device cpu"),
    ),
    "annotate: missing file": (("annotate", "--input", "INPUTS/none.hdf5", *NEW), ("none.hdf5", "no such file")),
    "annotate: truncated": (("annotate", "--input", "INPUTS/truncated.hdf5", *NEW), ("truncated.hdf5", "cut short")),
    "annotate: none can be played": (
        ("annotate", "--input", "INPUTS/stateless.hdf5", *NEW),
        ("stateless.hdf5, demo_0", "initial_state"),
    ),
    "replay: none can be played": (("replay", "INPUTS/stateless.hdf5"), ("stateless.hdf5, demo_0", "initial_state")),
    "generate: two are no sources": (
        ("generate", "--input", "INPUTS/two_bad.hdf5", *NEW),
        ("two_bad.hdf5, demo_0", "row 5", "Nor can these be sources: demo_1", "mimic drop"),
    ),
    "annotate: output is the input": (
        ("annotate", "--input", "INPUTS/good.hdf5", "--output", "INPUTS/good.hdf5", "--overwrite"),
        ("good.hdf5", "this is the input"),
    ),
    "record: no such device": (("record", "--teleop-device", "mouse", *NEW), ("--teleop-device", "mouse", "scripted")),
    "record: output below a file": (
        ("record", "--teleop-device", "scripted", "--output", "/dev/null/x.hdf5"),
        ("/dev/null is not a folder",),
    ),
    "record: no keyboard": (("record", *NEW), ("--teleop-device keyboard", "not a terminal", "Mimic window")),
    "record: no SpaceMouse": (
        ("record", "--teleop-device", "spacemouse", *NEW),
        ("--teleop-device spacemouse", "no SpaceMouse is plugged in", "mimic devices"),
    ),
    "teleop: a gamepad without Kit": (("teleop", "--teleop-device", "gamepad"), ("read by Kit", "Mimic window")),
    "record: no such step rate": (
        ("record", "--teleop-device", "spacemouse", "--step-hz", "-3", *NEW),
        ("--step-hz", "-3"),
    ),
    "quickstart: no environments": (("quickstart", "--num-envs", "0", "--output", "OUT"), ("--num-envs",)),
    "quickstart: no demonstrations": (("quickstart", "--num-demos", "0", "--output", "OUT"), ("--num-demos",)),
    "quickstart: output below a file": (("quickstart", "--output", "/dev/null/x"), ("/dev/null is not a folder",)),
    "quickstart: unknown task": (("quickstart", "--task", "Stick-Cube", "--output", "OUT"), ("--task", "Stick-Cube")),
    "train: missing file": (
        ("train", "--dataset", "INPUTS/none.hdf5", "--output", "OUT"),
        ("none.hdf5", "no such file"),
    ),
    "train: an observation is missing": (
        ("train", "--dataset", "INPUTS/good.hdf5", "--output", "OUT", "--config", "upstream", "--device", "cpu"),
        ("good.hdf5", "no demonstration has 'eef_pos'", "with recorded observations"),
    ),
    "train: output is in use": (("train", "--dataset", "INPUTS/good.hdf5", "--output", "INPUTS"), ("--resume",)),
    "evaluate: no policy": (("evaluate",), ("--checkpoints", "no policy was named")),
    "evaluate: no checkpoint": (("evaluate", "--checkpoints", "INPUTS/text.pth"), ("text.pth", "no such file")),
    "export-policy: not a checkpoint": (
        ("export-policy", "--checkpoint", "INPUTS/good.hdf5", "--output", "OUT/policy.pt"),
        ("good.hdf5", "is not a checkpoint"),
    ),
    "info: not HDF5": (("info", "INPUTS/text.hdf5"), ("text.hdf5", "not an HDF5 file")),
}
NEEDS_THE_TASK = {
    "unknown end effector": (
        ("generate", "--input", "INPUTS/other_eef.hdf5", *NEW),
        ("other_eef.hdf5, demo_0", "'franka'", "'left_hand'", "mimic info"),
    ),
    "a signal that never rises": (
        ("generate", "--input", "INPUTS/silent.hdf5", *NEW),
        ("silent.hdf5, demo_1", "'stack_1' of 'franka' never rises", "drop this demonstration"),
    ),
}
CASES = BEFORE_OPENING | NEEDS_THE_TASK


def fill_in(arguments: tuple[str, ...], inputs: Path, out: Path) -> list[str]:
    return [argument.replace("INPUTS", str(inputs)).replace("OUT", str(out)) for argument in arguments]


def check(answer, expected: tuple[str, ...], inputs: Path, out: Path, before: dict) -> None:
    message = answer.err.strip()
    assert answer.code == 2, (answer.code, message)
    assert 1 <= len(message.splitlines()) <= 2 and "Traceback" not in message, message
    for words in fill_in(expected, inputs, out):
        assert words in message, (words, message)
    assert not out.exists(), "something was written"
    assert fingerprints(inputs) == before, "an input was changed"


@pytest.mark.parametrize("case", CASES)
def test_is_said_in_a_line_or_two(case, mimic, inputs, tmp_path):
    import torch

    if "GPU" in case and torch.cuda.is_available():
        pytest.skip("there is a GPU")
    arguments, expected = CASES[case]
    out, before = tmp_path / "out", fingerprints(inputs)
    answer = mimic(*fill_in(arguments, inputs, out))
    check(answer, expected, inputs, out, before)
    opened = "Opening the simulation" in answer.out
    assert opened == (case in NEEDS_THE_TASK), "found out later than it could be"


def test_a_program_is_told_as_an_event(mimic, inputs, tmp_path):
    answer = mimic("generate", "--json", "--input", inputs / "nan.hdf5", "--output", tmp_path / "out.hdf5")
    (line,) = answer.out.splitlines()
    event = json.loads(line)
    assert answer.code == 2 and event["event"] == "StageFailed" and event["exit_code"] == 2
    assert "actions, row 5, column 2 is nan" in event["message"]


def test_in_a_process_of_its_own_too(start_mimic, inputs, tmp_path):
    process = start_mimic("generate", "--input", inputs / "missing.hdf5", "--output", tmp_path / "out.hdf5")
    out, err = process.communicate(timeout=LONG)
    assert process.returncode == 2 and out == "" and 1 <= len(err.splitlines()) <= 2
    assert err.startswith("mimic generate: ") and "missing.hdf5: there is no such file" in err


def test_help_may_be_left_half_read(start_mimic):
    process = start_mimic("select", "--help")
    process.stdout.close()
    assert process.stderr.read() == "" and process.wait(timeout=LONG) == 0


def test_marking_by_hand_needs_a_keyboard(mimic, tmp_path):
    output = tmp_path / "out.hdf5"
    answer = mimic("annotate", "--manual", "--output", output)
    assert answer.code == 2 and "standard input is not a terminal" in answer.err and not output.exists()


def test_marks_without_marking_by_hand_are_refused(mimic):
    answer = mimic("annotate", "--marks", "auto")
    assert answer.code == 2 and "--marks: marks can only be corrected by hand" in answer.err
