# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What the Dataset panel says of a file and a demonstration is of these, whatever was looked at before."""

import asyncio
import os
import shlex
import sys
from pathlib import Path

import numpy as np
from waiting import wait_until

from isaaclab_mimic_core.datasets import DatasetWriter, Episode
from isaaclab_mimic_ui.dataset.commands import RERUN, check_words, rerun_words
from isaaclab_mimic_ui.dataset.job import DataCommand
from isaaclab_mimic_ui.dataset.opened import OpenedFile
from isaaclab_mimic_ui.dataset.rerun_viewer import RerunViewer, delete_older, folder_for
from isaaclab_mimic_ui.host.desktop import DesktopHost


def write(path: Path, demos: int) -> Path:
    with DatasetWriter(path, {"env_name": "Some-v0"}, mode="overwrite") as writer:
        for _ in range(demos):
            writer.add(Episode({"actions": np.zeros((5, 1), np.float32)}))
    return path


async def been_read(file: OpenedFile) -> None:
    while file._reading is not None and not file._reading.done():
        await asyncio.sleep(0.001)


def test_what_is_read_is_of_the_file_and_demonstration_that_are_looked_at(tmp_path):
    first, other = write(tmp_path / "first.hdf5", 2), write(tmp_path / "other.hdf5", 1)

    async def go() -> None:
        file = OpenedFile(DesktopHost(tmp_path / "kept.json"), lambda: None, lambda: None)
        file.open(first)
        await been_read(file)
        file.choose("demo_1")
        await been_read(file)
        assert file.signals and not file.has_changed
        write(first, 1)
        assert file.has_changed
        file.choose("demo_0")
        assert not file.signals, "those of the one before"
        await been_read(file)
        file.choose("demo_1")
        await been_read(file)
        assert (file.demo, file.signals) == ("demo_1", {}) and "demo_1" in file.failure
        file.open(other)
        file.choose("demo_0")
        await been_read(file)
        assert (file.summary["path"], file.demo, file.has_changed) == (str(other), "", False)
        file.choose("demo_1")
        assert file.demo == "", "of the file before"
        file.forget()
        assert not file.has_changed

    asyncio.run(go())


def test_findings_are_shown_of_the_file_that_was_checked_only(tmp_path):
    first, other = write(tmp_path / "first.hdf5", 1), write(tmp_path / "other.hdf5", 1)
    command = DataCommand()
    for looked_at, found in ((other, False), (first, True)):
        command.look_at(str(first))
        command.start("check", check_words(str(first)))
        command.look_at(str(looked_at))
        wait_until(lambda: command.poll() or not command.is_running, "the check")
        assert (command.findings is not None, command.is_of_this, command.failure) == (found, found, "")
    command.look_at(str(other))
    assert command.findings is None


def test_demonstrations_are_opened_in_reruns_viewer(tmp_path, monkeypatch):
    """The files are written for it; the viewer itself is a program that writes down what it is given."""
    monkeypatch.setenv("MIMIC_CACHE", str(tmp_path / "cache"))
    told, viewer = tmp_path / "told", tmp_path / "viewer"
    viewer.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {shlex.quote(str(told))}\necho "no screen" >&2\nexit 1\n')
    viewer.chmod(0o755)
    monkeypatch.setenv("RERUN_CLI_PATH", str(viewer))
    file, command = write(tmp_path / "demos.hdf5", 3), DataCommand()
    command.look_at(str(file))
    command.start(RERUN, rerun_words(str(file), "1-2"))
    wait_until(lambda: command.poll() or not command.is_running, "the export", seen=lambda: command.said)
    assert command.failure == "" and command.done.startswith("Rerun's viewer opens.\n2 demonstrations")
    wait_until(lambda: command.poll() or command.viewer_failure, "the end of the viewer")
    assert command.viewer_failure == "Rerun's viewer has ended (no screen)."
    assert command.done.startswith("Rerun's viewer opens.") and (command.failure, command.ended) == ("", 1)
    shown = [Path(line) for line in told.read_text().splitlines()]
    assert [each.name for each in shown] == ["demo_1.rrd", "demo_2.rrd"] and all(each.is_file() for each in shown)
    assert shown[0].parent.parent == tmp_path / "cache" / "rerun"


def test_all_viewers_are_followed_and_say_nothing_about_commands(tmp_path, monkeypatch):
    viewer, files = RerunViewer(sys.executable), [tmp_path / "ends", tmp_path / "closed"]
    script = tmp_path / "viewer"
    script.write_text(
        '#!/bin/sh\nwhile [ ! -e "$1" ]; do sleep 0.01; done\necho "$1" >&2\ncase $1 in *ends) exit 3; esac\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("RERUN_CLI_PATH", str(script))
    command = DataCommand()
    command._viewer = viewer
    for file in files:
        viewer.open([file])
    command.done = "2 demonstrations"
    command.poll()
    assert not command.viewer_failure
    files[1].touch()
    wait_until(lambda: command.poll() or len(viewer._running) == 1, "the viewer that was closed")
    assert not command.viewer_failure
    files[0].touch()
    wait_until(lambda: command.poll() or command.viewer_failure, "the one that failed")
    assert command.viewer_failure == f"Rerun's viewer has ended ({files[0]})."
    assert (command.done, command.failure, command.ended) == ("2 demonstrations", "", 0)


def test_what_was_made_for_viewers_before_is_deleted(tmp_path, monkeypatch):
    monkeypatch.setenv("MIMIC_CACHE", str(tmp_path))
    old, new, mine = (folder_for(str(tmp_path / f"{name}.hdf5")) for name in "abc")
    unfinished = old.with_name(".d-01234567.89abcdef")
    for folder in (old, unfinished, new, mine):
        folder.mkdir(parents=True)
        (folder / "demo_0.rrd").touch()
    for folder in (old, unfinished, mine):
        os.utime(folder, (0, 0))
    delete_older(mine)
    wait_until(lambda: not old.exists() and not unfinished.exists(), "the end of the old ones")
    assert (mine / "demo_0.rrd").is_file() and (new / "demo_0.rrd").is_file(), "a viewer may still read it"
