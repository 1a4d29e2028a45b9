# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A package outside the tree: verbs have what it brings while it is there; a broken version costs one warning."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from installed_plugin import PACKAGE, install_plugin

RUN = "import sys; from isaaclab_mimic_core.cli import main; sys.exit(max(main(verb.split()) for verb in sys.argv[1:]))"
TASK, PLAIN = "Example-Stack-Mimic-v0", "Example-Plain-Stack-Mimic-v0"


def run(*verbs: str, folder: Path | None = None, **environment: str) -> tuple[list, str, int]:
    """Run verbs in one process; return their answers, what they said beside them, and the worst exit status."""
    path = os.pathsep.join([*([str(folder)] if folder else []), *filter(None, sys.path)])
    result = subprocess.run(
        [sys.executable, "-c", RUN, *verbs],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path, **environment},
        timeout=300,
    )
    return [json.loads(line) for line in result.stdout.splitlines()], result.stderr, result.returncode


@pytest.fixture(params=["entry point", "--import", "MIMIC_IMPORT"])
def brought(request, tmp_path) -> dict:
    """The ways in which the package comes."""
    if request.param == "entry point":
        return {"verb": "", "folder": install_plugin(tmp_path / "site")}
    folder = str(PACKAGE / "mimic_example")
    if request.param == "--import":
        return {"verb": f" --import {folder}"}
    return {"verb": "", "MIMIC_IMPORT": folder}


def test_devices_and_doctor_have_it(brought):
    verb = brought.pop("verb")
    (devices, findings), said, _ = run(f"devices --json{verb}", f"doctor --json{verb}", **brought)
    assert {"device": "example_pad", "usable": True, "detail": "plugged in", "remedy": "", "trouble": False} in devices
    assert [finding["text"] for finding in findings if finding["topic"] == "example pad"] == ["plugged in"]
    assert any(finding["topic"] == "plug-ins" for finding in findings) and "warning: plug-in" not in said


def test_tasks_lists_what_it_describes_and_what_it_only_enters(tmp_path):
    pytest.importorskip("isaaclab_mimic")
    (tasks,), _, status = run("tasks --json", folder=install_plugin(tmp_path / "site"))
    listed = {task["id"]: task for task in tasks}
    assert listed[TASK]["title"] == "My arm stacks three cubes" and listed[TASK]["runs_here"]
    assert listed[PLAIN]["runs_here"] and status == 0


def test_removed_it_is_gone(tmp_path):
    (devices,), said, _ = run("devices --json", folder=tmp_path)
    assert "example_pad" not in {device["device"] for device in devices} and "plug-in" not in said


def test_a_broken_version_costs_one_warning(tmp_path):
    folder = install_plugin(tmp_path / "site", broken=True)
    (devices, findings), said, _ = run("devices --json", "doctor --json", folder=folder)
    assert said.count("warning: plug-in") == 1
    assert "plug-in mimic-example cannot be used: RuntimeError: this version is broken" in said
    assert {"keyboard", "scripted"} <= {device["device"] for device in devices}
    assert [finding["level"] for finding in findings if finding["topic"] == "plug-in"] == ["problem"]


def test_an_import_that_is_not_there_ends_with_2():
    answers, said, status = run("devices --json --import no_such_module_of_mine")
    assert status == 2 and "--import no_such_module_of_mine: there is no such module" in said
    assert [answer["event"] for answer in answers] == ["StageFailed"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--task My-Stack-Mimic-v0", "there is no task 'My-Stack-Mimic-v0'"),
        ("--teleop-device example_pad", "'example_pad' is not one of keyboard"),
    ],
)
def test_what_nobody_brings_is_refused_at_once(options, said):
    _, told, status = run(f"record --json --output /nowhere/x.hdf5 {options}")
    assert status == 2 and said in told
