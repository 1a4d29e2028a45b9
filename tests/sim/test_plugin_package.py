# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Every verb with what a package outside the tree brings: environment, robot, device, planner and learner."""

import json
import signal
from pathlib import Path

import pytest
from installed_plugin import install_plugin
from waiting import LONG

from isaaclab_mimic_core.datasets import DatasetReader

pytestmark = pytest.mark.sim

CLI = Path(__file__).with_name("plugged_cli.py")
TASK, PLAIN = "Example-Stack-Mimic-v0", "Example-Plain-Stack-Mimic-v0"
SIMULATED = ("--task", TASK, "--num-envs", "2", "--device", "cpu", "--assets", "local", "--viz", "none")


@pytest.fixture
def run(tmp_path, start_python):
    """Runs a verb beside the package; returns its last line of JSON, or all it said."""
    site = install_plugin(tmp_path / "site")

    def verb(*arguments: object, keys: str = "", until: str = "", status: int = 0):
        process = start_python(CLI, site, keys, *arguments, "--json")
        if until:
            shown = next((line for line in process.stdout if until in line), "")
            assert until in shown, process.stderr.read()[-2000:]
            process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=LONG)
        assert process.returncode == status, (arguments, out[-1500:], errors[-1500:])
        assert "plug-in" not in errors and "no batched form" not in errors
        return json.loads(out.splitlines()[-1]) if out.strip() else {}

    return verb


def test_a_strangers_package_has_every_verb(tmp_path, run):
    names = ("demos", "annotated", "marked", "generated", "converted")
    demos, annotated, marked, generated, converted = (tmp_path / f"{name}.hdf5" for name in names)
    policies, browsed = tmp_path / "run", tmp_path / "rerun"

    # By its id alone: nothing describes this one but gymnasium's registry, and its arm is the robot's.
    plain = ("--task", PLAIN, "--num-envs", "1", "--num-steps", "2", "--viz", "none", "--assets", "local")
    assert run("view", *plain)["summary"]["steps"] == 2
    pad = ("--teleop-device", "example_pad", "--variant", "3")
    run("teleop", *SIMULATED[:2], "--num-envs", "1", *SIMULATED[4:], *pad, until="Driving with example_pad")
    recorded = run("record", *SIMULATED, *pad, "--num-demos", "2", "--output", demos)
    assert recorded["summary"]["saved"] == 2

    marking = ("annotate", *SIMULATED, "--input", demos)
    assert run(*marking, "--output", annotated)["summary"]["annotated"] == 2
    by_hand = run(*marking, "--manual", "--marks", "auto", "--output", marked, keys="\r")
    assert by_hand["summary"]["annotated"] == 2

    planned = ("--planner", "example_hop", "--num-demos", "2", "--max-failures", "8")
    made = run("generate", *SIMULATED, "--input", marked, "--output", generated, *planned)
    assert made["summary"]["saved"] == 2
    with DatasetReader(generated) as reader:
        assert reader.env_name == TASK
        assert reader.attrs(reader.episode_names[0])["mimic"]["generated"]["planner"] == "Hop"
    assert run("replay", generated, *SIMULATED[2:], "--by", "end")["summary"]["of"] == 2

    assert run("info", generated)["env_name"] == TASK
    assert run("check", generated)["demos"] == 2
    assert len(run("convert", generated, "--task", PLAIN, "--output", converted)["summary"]["kept"]) == 2
    assert run("info", converted)["env_name"] == PLAIN
    assert run("export", generated, "--format", "rerun", "--output", browsed)["summary"]["demos"] == 2

    learned = run("train", "--task", TASK, "--dataset", generated, "--output", policies, "--learner", "example_linear")
    assert learned["summary"]["epochs"] == 2
    rollouts = ("--checkpoints", policies, "--num-rollouts", "2", "--first-rollouts", "2", "--horizon", "10")
    measured = run("evaluate", *SIMULATED, *rollouts)
    assert {row["rollouts"] for row in measured["summary"]["results"]} == {2}
    played = run("play", *SIMULATED, *rollouts)
    assert {row["rollouts"] for row in played["summary"]["results"]} == {2}


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--teleop-device", "example_pad", "--variant", "10"), "--variant: must be from 0 to 9, not 10"),
        (("--variant", "3"), "choose a device that has it: --teleop-device example_pad"),
        (("--teleop-device", "example_pad", "--step-hz", "0"), "the device example_pad has no such setting"),
    ],
)
def test_its_devices_flags_are_checked(tmp_path, run, flags, said):
    answer = run("record", *SIMULATED, *flags, "--output", tmp_path / "demos.hdf5", status=2)
    assert said in answer["message"] and not (tmp_path / "demos.hdf5").exists()
