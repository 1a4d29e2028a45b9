# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Workers on a real Ray: what they make is merged in order, whatever happens to them."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import get_type_hints

import pytest
from squares import Options, Squares

from isaaclab_mimic_core import requirements
from isaaclab_mimic_core.cluster import crew
from isaaclab_mimic_core.cluster.annotate import AnnotateShared
from isaaclab_mimic_core.cluster.evaluate import EvaluateShared
from isaaclab_mimic_core.cluster.generate import GenerateShared
from isaaclab_mimic_core.cluster.render import RenderShared
from isaaclab_mimic_core.cluster.replay import ReplayShared
from isaaclab_mimic_core.errors import OptionError, OutputError, PlatformError, TaskError
from isaaclab_mimic_core.events import DemoSaved, StageFinished, Warned
from isaaclab_mimic_core.stages.drive import drive

COUNT = 24


@pytest.fixture
def options(tmp_path) -> Options:
    return Options(workers="3", output=str(tmp_path / "squares.txt"), count=COUNT)


def check(options: Options, events: list, saved: int) -> None:
    """Check that the first numbers were merged once each, in order, and that nothing is left over."""
    output = Path(options.output)
    assert output.read_text().splitlines() == [f"{n} {n * n}" for n in range(saved)]
    assert [event.name for event in events if isinstance(event, DemoSaved)] == [str(n) for n in range(saved)]
    made = [json.loads(line) for line in output.with_name("squares.txt.workers.jsonl").read_text().splitlines()]
    assert [line["number"] for line in made] == list(range(saved))
    assert {line["worker"] for line in made} <= {0, 1, 2} and all(line["machine"] for line in made)
    assert not [path for path in output.parent.iterdir() if ".pieces" in path.name]


def told(events: list, words: str) -> list[str]:
    return [event.message for event in events if isinstance(event, Warned) and words in event.message]


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_workers_that_die_hang_or_have_a_full_disk_lose_nothing(one_ray, options):
    options = replace(options, troubles="cramped die@3 hang@7 full@11", worker_timeout=5.0)
    events = []
    drive(Squares(options), events.extend)
    check(options, events, COUNT)
    assert events[-1] == StageFinished("squares", "done", {"saved": COUNT})
    assert told(events, "killed by signal 9 before it had finished; it is started again")
    assert told(events, "no sign of life for")
    for disk in ("another disk", "the disk of this node"):
        assert len(told(events, f"{disk}: no space is left to write it; the run goes on without it")) == 1


def test_how_a_child_process_ends_is_still_told(one_ray):
    assert subprocess.run(["false"]).returncode == 1
    assert subprocess.run([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]).returncode == -9


def test_a_killed_actor_loses_nothing_and_a_stop_leaves_nothing_running(one_ray, options, tmp_path):
    # As on a cluster, where a worker that is started again gets the input files once more.
    (source := tmp_path / "source.txt").write_text("squares")
    options = replace(options, workers="2", count=4000, seconds=0.02, source=str(source), ray="auto")
    stage, events, killed, rested, pids = Squares(options), [], [], [], set()

    def each_step() -> None:
        pids.update(stage.pids)
        if len(stage.lines) >= 5 and not killed and stage.pids:
            killed.append(stage.pids[0])
            # The parent of a worker's process is its actor.
            actor = Path(f"/proc/{killed[0]}/stat").read_text().rpartition(")")[2].split()[1]
            os.kill(int(actor), signal.SIGKILL)
        if told(events, "lost (") and len(stage.lines) >= 40 and len(stage.pids) == 2:
            stage.request("stop")

        if len(stage.lines) >= 20 and not rested:
            rested.append(len(stage.lines))
            stage.request("pause")
            until = time.monotonic() + 1.0
            while time.monotonic() < until:
                assert stage.step() == []
                time.sleep(0.02)
            stage.request("resume")

    ending = drive(stage, events.extend, each_step)
    assert ending is not None and ending.outcome == "stopped"
    check(options, events, len(stage.lines))
    assert killed and len(pids) == 3 and not list(filter(running, pids))


def test_what_no_worker_can_do_ends_the_run_with_the_reason(one_ray, options):
    events = []
    with pytest.raises(TaskError, match="this cannot be squared"):
        drive(Squares(replace(options, workers="2", troubles="refuse")), events.extend)
    # Once, not by each of them.
    assert not told(events, "squared")
    # The last worker is gone: what it has made stays, and the run can go on.
    with pytest.raises(PlatformError, match=r"no worker is left(?s:.*)no space(?s:.*)--resume") as refused:
        drive(Squares(replace(options, workers="1", troubles="full@2")))
    assert refused.value.exit_code == 2


def test_two_drivers_of_one_output_are_refused_before_anything_is_touched(options, tmp_path):
    left, first = tmp_path / ".squares.txt.pieces-left", Squares(options)
    (left / "piece").mkdir(parents=True)
    for _ in range(2):
        first.step()
    (folder,) = tmp_path.glob("*.pieces*")
    assert folder != left, "what a driver that was killed has left is removed"
    second = Squares(options)
    with pytest.raises(OutputError, match="another program is writing this") as refused:
        list(second)
    assert refused.value.exit_code == 2 and refused.value.where == options.output
    second.close()
    assert list(tmp_path.iterdir()) == [folder]
    first.close()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("makes_folders", [False, True])
def test_what_a_killed_driver_has_left_is_removed_though_a_worker_still_writes(
    makes_folders, options, tmp_path, monkeypatch
):
    left, remove = tmp_path / ".squares.txt.pieces-left", shutil.rmtree
    left.mkdir()

    def removed_meanwhile(folder, ignore_errors=False) -> None:
        """As `rmtree`; before that removes the folder, a worker has its next piece ready."""
        monkeypatch.setattr(shutil, "rmtree", remove)
        if makes_folders:
            left.mkdir(exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            (left / "another").touch()
        with contextlib.suppress(OSError if ignore_errors else ()):
            os.rmdir(folder)

    monkeypatch.setattr(shutil, "rmtree", removed_meanwhile)
    stage = Squares(options)
    for _ in range(2):
        stage.step()
    assert left.exists() == makes_folders
    stage.close()
    assert not list(tmp_path.iterdir())


def test_what_a_killed_driver_without_an_output_has_left_is_removed(options, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / ".mimic-squares.pieces-left").mkdir()
    stages = [Squares(replace(options, output="")) for _ in range(2)]
    for stage in stages:
        stage.step()
        stage.step()
    folders = {path.name for path in tmp_path.iterdir()}
    assert len(folders) == 2 and ".mimic-squares.pieces-left" not in folders
    for stage in stages:
        stage.close()
    assert not list(tmp_path.iterdir())


def test_what_one_process_only_can_show_is_not_a_fault_of_workers(options):
    stage = Squares(options)
    for name in ("view", "single_step"):
        stage.request(name)
    with pytest.raises(ValueError, match="does not know the request 'dance'"):
        stage.request("dance")


def test_only_what_can_be_resumed_advises_it():
    for stage in (AnnotateShared, EvaluateShared, GenerateShared, RenderShared, ReplayShared):
        kind = get_type_hints(stage)["options"]
        assert ("--resume" in stage.remedy) == hasattr(kind, "resume"), stage


def test_a_machine_with_another_version_is_refused(one_ray, options):
    about = one_ray / "isaaclab_mimic_kit-0.0.9.dist-info" / "METADATA"
    about.parent.mkdir()
    about.write_text("Metadata-Version: 2.1\nName: isaaclab-mimic-kit\nVersion: 0.0.9\n")
    here = crew.versions()["isaaclab-mimic-kit"]
    said = rf"worker \d on \S+ has isaaclab-mimic-kit 0\.0\.9, here {here}(?s:.*)Install the same version on all"
    try:
        with pytest.raises(PlatformError, match=said) as refused, Squares(options) as stage:
            drive(stage)
    finally:
        shutil.rmtree(about.parent)
    assert refused.value.exit_code == 2 and not stage.lines
    assert not list(Path(options.output).parent.iterdir())


def test_nobody_waits_for_a_ray_that_is_gone():
    with socket.create_server(("127.0.0.1", 0)) as head:
        asked = []
        ray = SimpleNamespace(nodes=lambda: asked.append(1) or [{"Alive": False}])
        waiting = SimpleNamespace(workers=[crew.Worker(0, None)], _next_look=0.0, _ray=ray, _remedy="Go on: --resume.")
        waiting._head = f"127.0.0.1:{head.getsockname()[1]}"
        with pytest.raises(PlatformError, match=r"Ray itself has ended: it has no machine left(?s:.*)--resume"):
            crew.Crew._check_machines(waiting)
        # Not at every look, and not while all are there.
        crew.Crew._check_machines(waiting)
        waiting.workers[0].is_there, waiting._next_look = True, 0.0
        crew.Crew._check_machines(waiting)
        assert len(asked) == 1
    waiting._next_look = 0.0
    crew.Crew._check_machines(waiting)  # It may come back.
    waiting._next_look, waiting._head_seen = 0.0, time.monotonic() - 31.0
    with pytest.raises(PlatformError, match=r"its head 127\.0\.0\.1:\d+ does not answer(?s:.*)--resume"):
        crew.Crew._check_machines(waiting)


@pytest.mark.parametrize("given", ["0", "-1", "many", "1.5", "9999"])
def test_a_wrong_number_of_workers_is_refused(options, given):
    with pytest.raises(OptionError, match="--workers"):
        Squares(replace(options, workers=given))


def test_one_gpu_of_several_is_refused(options):
    with pytest.raises(OptionError, match="--device cuda:1: Ray decides which GPU"):
        Squares(replace(options, device="cuda:1"))


def test_a_live_view_is_refused_and_a_missing_ray_is_told(options, monkeypatch):
    with pytest.raises(OptionError, match="live view"):
        Squares(replace(options, viz="viser"))
    there = requirements.is_there
    monkeypatch.setattr(requirements, "is_there", lambda package: package.name != "ray" and there(package))
    with pytest.raises(PlatformError, match=r"ray is not installed, needed for several workers(?s:.*)(cluster|ray==)"):
        Squares(options)
