# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""An installed package: verbs have its plug-ins while it is installed; a broken version gives one warning."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from installed_plugin import PACKAGE, install_plugin
from waiting import LONG

TASK, PLAIN = "Example-Stack-Mimic-v0", "Example-Plain-Stack-Mimic-v0"


def run(verb: str, folder: Path | None = None, **environment: str) -> tuple[list, str, int]:
    """Run a verb in a process; return its answer, what it said beside that, and its exit status."""
    path = os.pathsep.join([*([str(folder)] if folder else []), *filter(None, sys.path)])
    result = subprocess.run(
        [sys.executable, "-m", "isaaclab_mimic_core", *verb.split(), "--json"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path, **environment},
        timeout=LONG,
    )
    lines = result.stdout.splitlines()
    return json.loads(lines[-1]) if lines else [], result.stderr, result.returncode


@pytest.fixture(params=["entry point", "--import", "MIMIC_IMPORT"])
def brought(request, tmp_path) -> dict:
    """The ways in which the package comes."""
    if request.param == "entry point":
        return {"verb": "", "folder": install_plugin(tmp_path / "site")}
    folder = str(PACKAGE / "mimic_example")
    if request.param == "--import":
        return {"verb": f" --import {folder}"}
    return {"verb": "", "MIMIC_IMPORT": folder}


def test_it_comes_in_by_each_door(brought):
    devices, said, _ = run(f"devices{brought.pop('verb')}", **brought)
    assert {"device": "example_pad", "usable": True, "detail": "plugged in", "remedy": "", "trouble": False} in devices
    assert "plug-in" not in said


def test_doctor_asks_it_and_names_it(tmp_path):
    findings, _, _ = run("doctor", folder=install_plugin(tmp_path / "site"))
    told = {finding["topic"]: finding["text"] for finding in findings}
    assert told["example pad"] == "plugged in" and "mimic-example" in told["plug-ins"]


def test_tasks_lists_what_it_describes_and_what_it_only_enters(tmp_path):
    pytest.importorskip("isaaclab_mimic")
    tasks, _, status = run("tasks", folder=install_plugin(tmp_path / "site"))
    listed = {task["id"]: task for task in tasks}
    assert listed[TASK]["title"] == "My arm stacks three cubes" and listed[TASK]["runs_here"]
    assert listed[PLAIN]["runs_here"] and status == 0


def test_removed_it_is_gone(tmp_path):
    devices, said, _ = run("devices", folder=tmp_path)
    assert "example_pad" not in {device["device"] for device in devices} and "plug-in" not in said


def test_a_broken_version_costs_one_warning(tmp_path):
    devices, said, _ = run("devices", folder=install_plugin(tmp_path / "site", broken=True))
    assert said.count("warning: plug-in") == 1
    assert "plug-in mimic-example cannot be used: RuntimeError: this version is broken" in said
    assert {"keyboard", "scripted"} <= {device["device"] for device in devices}


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        ("devices --import no_such_module_of_mine", "--import no_such_module_of_mine: there is no such module"),
        ("generate --task My-Stack-Mimic-v0", "there is no task 'My-Stack-Mimic-v0'"),
        ("record --output /nowhere/x.hdf5 --teleop-device example_pad", "'example_pad' is not one of keyboard"),
    ],
)
def test_what_nobody_brings_is_refused_at_once(verb, said):
    answer, told, status = run(verb)
    assert status == 2 and said in told and answer["event"] == "StageFailed"
