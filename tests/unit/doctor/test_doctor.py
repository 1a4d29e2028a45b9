# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The doctor as a whole: on this machine, on one where nothing is installed, and when one of its checks fails."""

import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from waiting import LONG

from isaaclab_mimic_core.doctor import Finding, findings, format_findings, to_dicts
from isaaclab_mimic_core.doctor.machine import Machine
from isaaclab_mimic_core.doctor.report import run_check

CORE = Path(__file__).parents[3] / "exts" / "isaaclab.mimic.core"

AS_JSON = """
import json, sys
from isaaclab_mimic_core.doctor import findings, to_dicts
print(json.dumps({"findings": to_dicts(findings()), "modules": sorted(sys.modules)}))
"""


def in_fresh_python(*flags: str) -> dict:
    environment = {**os.environ, "PYTHONPATH": str(CORE)}
    result = subprocess.run(
        [sys.executable, *flags, "-c", AS_JSON],
        capture_output=True,
        text=True,
        env=environment,
        timeout=LONG,
        check=True,
    )
    return json.loads(result.stdout)


def test_looks_at_everything_quickly_and_changes_nothing():
    if importlib.util.find_spec("isaaclab"):
        # Its first import in a process sets PXR_PLUGINPATH_NAME, which later simulations need, so the doctor leaves it.
        importlib.import_module("isaaclab")
    before = dict(os.environ)
    worked = time.process_time()
    found = findings()
    # Not the wall clock: who looks must not import Isaac Lab, which takes longer; the disk may be anybody's.
    assert time.process_time() - worked < 6
    assert dict(os.environ) == before
    topics = {finding.topic for finding in found}
    assert {
        "Python", "platform", "host", "mimic", "isaaclab", "torch", "CPU", "GPU driver", "GPU", "physics: ovphysx",
        "physics: newton", "physics: isaacsim", "Vulkan", "display", "SpaceMouse", "NVIDIA licence", "cache folder",
        "disk", "local robot", "cloud assets",
    } <= topics  # fmt: skip
    assert {finding.level for finding in found} <= {"ok", "note", "problem"}
    assert all(finding.remedy for finding in found if finding.level == "problem")
    assert not any("check itself failed" in finding.text for finding in found)


def test_opens_no_simulation():
    modules = set(in_fresh_python()["modules"])
    assert not modules & {"isaaclab.sim", "isaaclab.app", "ovphysx", "warp"}


def test_works_where_nothing_is_installed():
    # -S leaves site-packages out, so that isaaclab and torch are really missing.
    found = {finding["topic"]: finding for finding in in_fresh_python("-S")["findings"]}
    for package in ("isaaclab", "torch", "ovphysx", "physics: ovphysx"):
        assert found[package]["level"] == "problem"
        assert found[package]["remedy"] == "./mimic.sh setup"
    assert found["cloud assets"]["level"] == "note"


def test_survives_a_folder_that_is_gone(tmp_path, monkeypatch):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    (finding,) = [finding for finding in findings() if finding.topic == "disk"]
    assert finding.level == "problem"


def test_a_failing_check_is_a_finding():
    def check_teapot(machine):
        yield Finding("teapot", "ok", "short")
        raise RuntimeError("and\nstout")

    (finding,) = run_check(check_teapot, Machine())
    assert (finding.topic, finding.level) == ("teapot", "problem")
    assert finding.text == "the check itself failed: RuntimeError: and stout"


def test_a_cloud_check_that_cannot_be_started_is_a_finding():
    def start():
        raise ImportError("isaaclab is broken")

    (finding,) = [finding for finding in findings(start) if finding.topic == "cloud assets"]
    assert finding.level == "problem" and "isaaclab is broken" in finding.text


FOUND = [Finding("GPU", "note", "none", "buy one"), Finding("cache folder", "ok", "writable")]


def test_formats_one_aligned_line_each():
    assert format_findings(FOUND, color=False).splitlines() == [
        "note     GPU           none  -> buy one",
        "ok       cache folder  writable",
    ]
    assert format_findings([]) == ""


def test_colours_only_a_terminal(monkeypatch):
    assert "\033" not in format_findings(FOUND)
    assert "\033[33mnote" in format_findings(FOUND, color=True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\033" not in format_findings(FOUND)


def test_findings_are_plain_data():
    assert to_dicts(FOUND)[1] == {"topic": "cache folder", "level": "ok", "text": "writable", "remedy": ""}
