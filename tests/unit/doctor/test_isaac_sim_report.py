# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The report of an Isaac Sim, in plain Python: what is installed, and which rows could not be asked."""

import json
import subprocess
import sys
from dataclasses import replace

from isaaclab_mimic_core.doctor import Finding, to_dicts
from isaaclab_mimic_core.doctor.isaac_sim import examine, format_report
from isaaclab_mimic_core.doctor.machine import Machine
from isaaclab_mimic_core.doctor.report import run_check


def test_outside_of_kit_it_says_what_could_not_be_asked():
    rows = {row.topic: row for row in examine()}
    assert rows["host"].text == "no Kit" and rows["isaaclab"].level == "ok"
    assert rows["for simulating"].level == "ok" and rows["worker's Python"].text == sys.executable
    for topic in ("application", "stage", "timeline", "setting /physics/suppressReadback", "extension omni.usd"):
        assert rows[topic].level == "unknown" and "not a running Kit" in rows[topic].text, topic
    assert "the check itself failed" not in format_report(list(rows.values()))


def test_an_installation_is_looked_into(tmp_path):
    """Laid out as Isaac Sim's folder, named as its python.sh does."""
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "isaacsim.exp.base.kit").touch()
    (tmp_path / "extscache" / "omni.kit.xr.core-110.0.1").mkdir(parents=True)
    (tmp_path / "VERSION").write_text("6.1.0-rc.5+release.1234\n")
    here = Machine.here()
    machine = replace(here, environment={**here.environment, "ISAAC_PATH": str(tmp_path)})
    rows = {row.topic: row for row in examine(machine)}
    assert rows["installation"].text == str(tmp_path)
    assert (rows["Isaac Sim"].level, rows["Isaac Sim"].text) == ("problem", "6.1.0")
    assert "written for Isaac Sim 6.2" in rows["Isaac Sim"].remedy
    assert rows["extension omni.kit.xr.core"].text == "on disk (extscache)"
    assert rows["extension omni.usd"].text == "not on disk"


def test_a_missing_package_comes_with_its_command():
    here = Machine.here()
    machine = replace(here, importable=here.importable - {"viser"})
    (row,) = [row for row in examine(machine) if row.topic == "for the live view in a browser"]
    assert (row.level, row.text) == ("problem", "lacks viser") and row.remedy


def test_another_warp_than_isaac_labs_is_a_finding():
    machine = replace(Machine.here(), requirements={"isaaclab": ["warp-lang==9.9"]})
    (row,) = [row for row in examine(machine) if row.topic == "warp"]
    assert row.level == "problem" and "needs 9.9" in row.remedy


def test_a_check_that_fails_is_a_row():
    def _teapot(machine):
        yield Finding("teapot", "ok", "short")
        raise ZeroDivisionError("and stout")

    (row,) = run_check(_teapot, Machine())
    assert row == Finding(
        "teapot", "problem", "the check itself failed: ZeroDivisionError: and stout", "Please report this."
    )


def test_the_command_prints_text_and_json():
    command = [sys.executable, "-m", "isaaclab_mimic_core", "doctor", "--isaac-sim", "--json"]
    result = subprocess.run(command, capture_output=True, text=True)
    rows = json.loads(result.stdout)
    assert result.returncode == int(any(row["level"] == "problem" for row in rows))
    assert {"topic", "level", "text", "remedy"} == set(rows[0])
    text = format_report([Finding("a", "ok", "b"), Finding("cc", "problem", "two\nlines", "do it")])
    assert "1 ok, 0 note, 1 problem, 0 unknown" in text and "problem  cc  two lines  -> do it" in text
    assert to_dicts([Finding("a", "ok", "b")]) == [{"topic": "a", "level": "ok", "text": "b", "remedy": ""}]
