# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""README's first command: from the sample demonstrations to new ones and a report."""

import re
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from isaaclab.utils.datasets import HDF5DatasetFileHandler
from waiting import LONG

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.datasets.check import check_file

pytestmark = pytest.mark.e2e

TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"
SAMPLE = Path(__file__).parents[2] / "data" / "franka_stack" / "demos.hdf5"
WANTED = 2


@pytest.fixture(scope="module")
def runs(start_mimic, tmp_path_factory) -> list[SimpleNamespace]:
    """The same command twice, at the same time: they share the robot's cache and must not get in each other's way."""
    base = tmp_path_factory.mktemp("quickstart")
    before = SAMPLE.read_bytes()
    folders = [base / name for name in ("first", "second")]
    arguments = ("--num-demos", WANTED, "--num-envs", 8, "--device", "cpu", "--seed", 5)
    processes = [start_mimic("quickstart", *arguments, "--output", folder) for folder in folders]
    found = []
    for process, folder in zip(processes, folders, strict=True):
        try:
            out, err = process.communicate(timeout=LONG)
        finally:
            process.kill()
        found.append(SimpleNamespace(folder=folder, code=process.returncode, out=out, err=err))
    assert SAMPLE.read_bytes() == before
    return found


@pytest.fixture
def run(runs) -> SimpleNamespace:
    return runs[0]


def test_it_succeeds_and_says_what_it_made(runs):
    for run in runs:
        assert run.code == 0 and run.err == "", run.err
        assert f"{WANTED} demonstrations generated in" in run.out
        for name in ("report.html", "generated.hdf5", "annotated.hdf5"):
            assert str(run.folder / name) in run.out
        # What is suggested next is a command with the file that was just made.
        assert f"mimic info {run.folder / 'generated.hdf5'}" in run.out
        assert "Traceback" not in run.out and "[INFO]" not in run.out


def test_the_report_is_whole(run):
    pictures = sorted(path.name for path in run.folder.glob("*.png"))
    assert len(pictures) >= 4
    for name in pictures:
        content = (run.folder / name).read_bytes()
        assert content.startswith(b"\x89PNG\r\n\x1a\n") and content.rstrip().endswith(b"IEND\xaeB`\x82")
        assert len(content) > 2000
    report = (run.folder / "report.html").read_text(encoding="utf-8")
    assert report.lstrip().lower().startswith("<!doctype html>") and report.rstrip().endswith("</html>")
    # It can be mailed: nothing is loaded from elsewhere, and nothing on this machine is linked to.
    assert not re.search(r'(?:src|href)="(?:https?:)?//', report)
    assert "data:image/png;base64," in report or "<svg" in report
    # Each demonstration above its sources.
    assert report.count("data:image/jpeg;base64,") == 2 * WANTED and len(report) < 3_000_000


def test_the_file_has_upstreams_layout(run):
    with h5py.File(run.folder / "generated.hdf5") as file:
        data = file["data"]
        assert file.attrs["format_version"] == 1 and len(data) == WANTED
        assert data.attrs["total"] == sum(demo.attrs["num_samples"] for demo in data.values())
        for demo in data.values():
            samples = demo.attrs["num_samples"]
            assert demo.attrs["success"] and demo.attrs["seed"] == 5
            assert demo["actions"].shape == (samples, 7)
            for name in ("cube_1", "cube_2", "cube_3"):
                assert demo[f"states/rigid_object/{name}/root_pose"].shape == (samples, 7)
                assert demo[f"initial_state/rigid_object/{name}/root_pose"].shape == (1, 7)
            assert demo["obs/eef_pos"].shape == (samples, 3)


def test_upstreams_handler_reads_it(run):
    handler = HDF5DatasetFileHandler()
    handler.open(str(run.folder / "generated.hdf5"))
    assert handler.get_env_name() == TASK and handler.get_num_episodes() == WANTED
    for name in handler.get_episode_names():
        episode = handler.load_episode(name, "cpu")
        assert episode.success and episode.seed == 5
        assert episode.get_initial_state()["articulation"]["robot"]["joint_position"].shape == (1, 9)
        assert len(episode.data["actions"]) == len(episode.data["states"]["articulation"]["robot"]["joint_position"])
    handler.close()


def test_each_demonstration_says_where_it_comes_from(run):
    with DatasetReader(run.folder / "annotated.hdf5") as sources, DatasetReader(run.folder / "generated.hdf5") as file:
        lengths = {name: sources.attrs(name)["num_samples"] for name in sources.episode_names}
        for name in file.episode_names:
            attrs = file.attrs(name)
            made = attrs["mimic"]["generated"]
            assert attrs["seed"] == made["seed"] == 5
            assert {"isaaclab", "torch", "ovphysx"} <= set(made["versions"])
            assert made["task"] == TASK and made["assets"] == "local"
            ends = [part["end"] for part in made["sources"]["franka"]]
            assert ends == sorted(set(ends)) and ends[-1] <= attrs["num_samples"]
            parts = made["sources"]["franka"]
            assert len(parts) == 4
            for part in parts:
                begin, end = part["segment"]
                assert 0 <= begin < end <= lengths[part["demo"]]


def test_the_source_is_the_sample(run):
    with DatasetReader(SAMPLE) as sample, DatasetReader(run.folder / "annotated.hdf5") as annotated:
        for episode in annotated.episodes(["actions"]):
            source = sample.read(episode.attrs["mimic"]["annotated"]["from"], ["actions"])
            np.testing.assert_array_equal(episode.data["actions"], source.data["actions"])


def test_the_check_finds_no_error_in_what_was_made(run):
    for name in ("generated.hdf5", "annotated.hdf5"):
        report = check_file(run.folder / name)
        assert [str(finding) for finding in report.findings if finding.level == "error"] == []


def test_two_processes_with_one_seed_agree_to_the_byte(runs):
    with DatasetReader(runs[0].folder / "generated.hdf5") as a, DatasetReader(runs[1].folder / "generated.hdf5") as b:
        assert a.episode_names == b.episode_names
        for name in a.episode_names:
            mine, theirs = a.read(name), b.read(name)
            assert mine.data.keys() == theirs.data.keys()
            for path, values in mine.data.items():
                assert values.tobytes() == theirs.data[path].tobytes(), (name, path)


def test_nothing_is_overwritten(run, start_mimic):
    before = (run.folder / "generated.hdf5").read_bytes()
    process = start_mimic("quickstart", "--num-demos", 1, "--output", run.folder)
    out, err = process.communicate(timeout=LONG)
    assert process.returncode == 2 and "exists already" in err and len(err.splitlines()) <= 2 and out == ""
    assert (run.folder / "generated.hdf5").read_bytes() == before
