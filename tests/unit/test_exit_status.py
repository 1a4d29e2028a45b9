# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A defect of ours has its own exit status, other than that of work done with findings."""

import json
import subprocess
import sys

import pytest
from waiting import LONG

from isaaclab_mimic_core import cli
from isaaclab_mimic_core.events import StageFailed

UNEXPECTED = 70


@pytest.fixture
def defect(monkeypatch, tmp_path):
    """A verb `version` that goes wrong."""
    monkeypatch.setenv("MIMIC_CACHE", str(tmp_path))

    def version():
        def job(streams, output):
            raise KeyError("a name that we forgot")

        return job, cli.Output(json=is_json)

    is_json = False

    def run(json: bool) -> int:
        nonlocal is_json
        is_json = json
        monkeypatch.setitem(cli.VERBS, "version", version)
        return cli.main(["version"])

    return run


def test_an_unexpected_error_of_a_verb(defect, capfd):
    assert defect(json=False) == UNEXPECTED
    out, err = capfd.readouterr()
    assert out == "" and "Traceback" in err and "a name that we forgot" in err


def test_a_program_is_told_of_it(defect, capfd):
    assert defect(json=True) == UNEXPECTED
    out, err = capfd.readouterr()
    event = json.loads(out)
    said = {"message": "KeyError: 'a name that we forgot'", "exit_code": UNEXPECTED, "verb": "", "file": ""}
    assert event == {"event": "StageFailed", **said}
    assert "Traceback" in err


def test_what_goes_wrong_before_a_verb_begins(tmp_path):
    (tmp_path / "tyro.py").write_text("raise ImportError('half an installation')")
    command = [sys.executable, "-m", "isaaclab_mimic_core", "version"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=LONG)
    assert ended.returncode == UNEXPECTED and "half an installation" in ended.stderr and ended.stdout == ""


def test_a_stage_that_failed_without_saying_how():
    assert StageFailed("it did").exit_code == UNEXPECTED
