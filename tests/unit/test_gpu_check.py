# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""`./mimic.sh gpu-check` runs its parts one after the other, each within its limit, and keeps what they measure."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

import gpu_check
from gpu_check import Part, check, generator_rows, physics_rows, rendering_rows, training_rows
from waiting import LIMIT, wait_until

COST = """{"generator": "ours, upstream", "num_envs": 1024, "wall_ms": 2.5}
{"generator": "ours, upstream, recording", "num_envs": 1024, "wall_ms": 3.25}
{"generator": "ours, default", "num_envs": 1024, "wall_ms": 3.3}
{"mode": "default", "num_envs": 1024, "operations": 213}
{"generator": "ours, default", "num_envs": 4096, "wall_ms": 4.0}
"""


def has_ended(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"


def part(name: str, code: str, limit: float = 60.0, **more) -> Part:
    return Part(name, [sys.executable, "-S", "-c", code], limit, **more)


def test_one_part_that_fails_or_hangs_does_not_stop_the_others(tmp_path, capsys):
    child = tmp_path / "child"
    hangs = ["bash", "-c", f"echo measured; sleep 600 & echo $! > {child}; wait"]
    parts = [
        part("fails", "import sys; print('{\"a\": 1}'); sys.exit('no memory')"),
        Part("is not there", [str(tmp_path / "nothing")], 60.0),
        Part("hangs", hangs, 2.0, columns="what", rows=lambda output: [[output.strip()]]),
        part("says something else", "print(1)", columns="a", rows=lambda output: [[{}["a"]]]),
        part("costs", f"print({COST!r})", columns="envs | up | def | rec | Isaac Lab", rows=generator_rows),
    ]
    assert not check(parts, tmp_path / "out", {"gpu": "none", "date": "today"})
    found = json.loads((tmp_path / "out" / "gpu_check.json").read_text())
    assert found["gpu"] == "none"
    told = {each["part"]: each for each in found["parts"]}
    assert [each["status"] for each in found["parts"]] == ["failed", "failed", "out of time", "failed", "passed"]
    assert (
        told["fails"]["exit"] == 1 and "no memory" in told["fails"]["tail"] and told["fails"]["figures"] == [{"a": 1}]
    )
    assert told["hangs"]["rows"] == [["measured"]]
    wait_until(lambda: has_ended(int(child.read_text())), "the end of what a part has started")
    tables = (tmp_path / "out" / "gpu_check.md").read_text()
    assert "| 1024 | 2.50 | 3.30 | 3.25 /  |  |" in tables and "| 4096 |  | 4.00 |" in tables
    assert "hangs ... out of time" in capsys.readouterr().out


def test_parts_for_which_no_time_is_left_are_not_started(tmp_path):
    parts = [part("late", "open('late', 'w')")]
    assert not check(parts, tmp_path, {}, limit=0.0)
    assert json.loads((tmp_path / "gpu_check.json").read_text())["parts"][0]["status"] == "not started"


def test_sigterm_ends_the_part_that_runs(tmp_path):
    child = tmp_path / "child"
    started = (
        f"import sys; sys.path.append({str(gpu_check.BENCHMARKS)!r}); from gpu_check import *;"
        f"check([Part('sleeps', ['bash', '-c', 'echo $$ > {child}; sleep 600'], 60.0)], Path({str(tmp_path)!r}), {{}})"
    )
    process = subprocess.Popen([sys.executable, "-c", started], stdout=subprocess.DEVNULL)
    wait_until(lambda: child.exists() and child.read_text().endswith("\n"), "the start of the part")
    process.terminate()
    assert process.wait(timeout=LIMIT) == 128 + signal.SIGTERM
    assert has_ended(int(child.read_text()))


def test_rows_of_the_other_parts():
    assert physics_rows(
        '{"side": "default", "successes": 3, "attempts": 4, "successes_per_s": 6.6, "ms_per_step": 25.8,'
        ' "ms_in_env": 22.0, "other_share": "14.9 %"}'
    ) == [["default", "3 of 4", "6.6", "25.8", "22.0", "14.9 %", ""]]
    text = "2 threads, cuda:0\nours, bfloat16               0.31 –   0.33 –   0.40 s per epoch of 100 steps\n"
    assert training_rows(text) == [["ours, bfloat16", "0.31 – 0.33 – 0.40"]]
    rendered = {"size": 84, "envs": 64, "table": {"ms": 0.05, "newton_ms": 0.2, "far_off_percent": 0.4}}
    assert rendering_rows(json.dumps(rendered)) == [["84", "table", "0.05", "0.2", "", "0.4", ""]]


def test_its_parts_fit_into_the_time_and_their_programs_exist():
    parts = gpu_check.all_parts()
    assert sum(each.limit for each in parts) <= gpu_check.LIMIT == 540
    for each in parts:
        assert each.command[0] == sys.executable
        assert each.command[1].startswith("-m") or Path(each.command[1]).is_file()


def test_without_a_gpu_it_says_so(tmp_path, monkeypatch, capsys):
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    assert gpu_check.main(["--output", str(tmp_path / "out")]) == 2
    told = capsys.readouterr()
    assert told.err.count("\n") == 1 and "no GPU" in told.err and not told.out
    assert not (tmp_path / "out").exists()
