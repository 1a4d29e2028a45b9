# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Camera images leave memory while episodes run, and arrive in the file as they were."""

import json
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from isaaclab.utils.datasets import HDF5DatasetFileHandler
from waiting import LONG

import isaaclab_mimic_core
from isaaclab_mimic_core.datasets import BackgroundWriter, DatasetReader, DatasetWriter, Episode, FrameSpool
from isaaclab_mimic_core.envs.recorder import EpisodeRecorder

NUM_ENVS = 3
CPU = torch.device("cpu")
CAMERA, DEPTH = "obs/table_cam", "obs/depth"


def terms(step: int) -> dict[str, torch.Tensor]:
    """A 200x200 image, a depth image and small terms, different at each step and in each environment."""
    noise = torch.Generator().manual_seed(step)
    image = torch.randint(0, 255, (NUM_ENVS, 200, 1, 3), dtype=torch.uint8, generator=noise)
    return {
        "actions": torch.full((NUM_ENVS, 7), float(step)),
        "obs/count": torch.full((NUM_ENVS, 1), step, dtype=torch.int16),
        CAMERA: image.repeat(1, 1, 200, 1),
        DEPTH: torch.rand(NUM_ENVS, 90, 90, 1, generator=noise),
    }


class Recording:
    """A recorder with its writer, and what each environment's running episode should hold."""

    def __init__(self, path: Path, failed: Path | None = None):
        self.writer = BackgroundWriter(DatasetWriter(path, {"env_name": "T"}))
        self.failed = BackgroundWriter(DatasetWriter(failed, {"env_name": "T"})) if failed else None
        self.spool = FrameSpool(self.writer)
        self.recorder = EpisodeRecorder(NUM_ENVS, CPU, 4, self.spool)
        self.step = 0
        self.rows: list[list[int]] = [[] for _ in range(NUM_ENVS)]
        self.begin(range(NUM_ENVS))

    def begin(self, env_ids) -> None:
        self.recorder.begin(torch.tensor(list(env_ids)), {"initial_state/x": torch.zeros(NUM_ENVS, 1)})
        for env_id in env_ids:
            self.rows[env_id] = []

    def record(self, count: int) -> None:
        for _ in range(count):
            self.recorder.record(terms(self.step))
            for rows in self.rows:
                rows.append(self.step)
            self.step += 1

    def rewind(self, env_ids: list[int], lengths: list[int]) -> None:
        self.recorder.rewind(torch.tensor(env_ids), torch.tensor(lengths))
        for env_id, length in zip(env_ids, lengths, strict=True):
            del self.rows[env_id][length:]

    def end(self, env_id: int, keep: bool = True) -> list[int]:
        """End an episode; returns the steps it holds."""
        large = self.recorder.take_large(env_id)
        episode = Episode(self.recorder.take(env_id), streamed=large)
        writer = self.writer if keep else self.failed
        assert writer is not None
        writer.submit(episode)
        return self.rows[env_id]

    def finish(self) -> None:
        self.writer.finish()
        if self.failed:
            self.failed.finish()


def holds(path: Path, name: str, env_id: int, steps: list[int]) -> None:
    with DatasetReader(path) as reader:
        episode = reader.read(name)
    assert episode.num_samples == len(steps)
    for term, example in terms(0).items():
        wanted = np.stack([terms(step)[term][env_id].numpy() for step in steps])
        assert episode.data[term].dtype == example.numpy().dtype, term
        np.testing.assert_array_equal(episode.data[term], wanted, err_msg=term)


def test_images_arrive_as_they_were_recorded(tmp_path):
    path = tmp_path / "demos.hdf5"
    recording = Recording(path)
    recording.record(5)
    first = recording.end(1)
    recording.begin([1])
    recording.record(4)
    second, third = recording.end(0), recording.end(1)
    recording.finish()
    holds(path, "demo_0", 1, first)
    holds(path, "demo_1", 0, second)
    holds(path, "demo_2", 1, third)
    assert [len(first), len(second), len(third)] == [5, 9, 4]
    assert [entry.name for entry in tmp_path.iterdir()] == ["demos.hdf5"]


def test_steps_taken_back_and_discarded_episodes_leave_nothing(tmp_path):
    path = tmp_path / "demos.hdf5"
    recording = Recording(path)
    recording.record(6)
    recording.rewind([0, 2], [2, 6])
    recording.record(2)
    recording.begin([1])
    recording.record(3)
    recording.rewind([1], [0])
    recording.record(1)
    expected = [recording.end(env_id) for env_id in range(NUM_ENVS)]
    recording.finish()
    assert [len(steps) for steps in expected] == [8, 1, 12]
    for env_id, steps in enumerate(expected):
        holds(path, f"demo_{env_id}", env_id, steps)


def test_the_side_files_hold_no_more_than_the_running_episodes(tmp_path):
    recording = Recording(tmp_path / "demos.hdf5")
    for _ in range(6):
        recording.record(3)
        recording.rewind([0], [1])
        recording.record(2)
        if recording.step % 2:
            recording.end(2)
        recording.begin(range(NUM_ENVS))
    recording.finish()
    # Two terms, five steps in each environment; episodes that are being written hold theirs a little longer.
    assert recording.spool.num_slots <= 2 * (5 * NUM_ENVS + 16 * 5)


def test_failed_episodes_go_into_another_file(tmp_path):
    recording = Recording(tmp_path / "demos.hdf5", tmp_path / "failed.hdf5")
    recording.record(3)
    failed, kept = recording.end(0, keep=False), recording.end(1)
    recording.finish()
    holds(tmp_path / "failed.hdf5", "demo_0", 0, failed)
    holds(tmp_path / "demos.hdf5", "demo_0", 1, kept)


def test_chunks_are_single_steps_that_any_reader_of_hdf5_unpacks(tmp_path):
    path = tmp_path / "demos.hdf5"
    recording = Recording(path)
    recording.record(4)
    steps = recording.end(2)
    recording.finish()
    with h5py.File(path) as file:
        images = file[f"data/demo_0/{CAMERA}"]
        assert images.dtype == np.uint8 and images.chunks == (1, 200, 200, 3) and images.compression == "gzip"
        assert images.id.get_storage_size() < 4 * 200 * 200 * 3 / 5
        np.testing.assert_array_equal(images[1:3, 5:9], np.stack([terms(s)[CAMERA][2, 5:9] for s in steps[1:3]]))
    handler = HDF5DatasetFileHandler()
    handler.open(str(path))
    loaded = handler.load_episode("demo_0", "cpu")
    handler.close()
    assert loaded.data["obs"]["table_cam"].dtype == torch.uint8
    torch.testing.assert_close(loaded.data["obs"]["table_cam"][3], terms(steps[3])[CAMERA][2])


def test_without_a_place_to_go_images_are_refused():
    recorder = EpisodeRecorder(NUM_ENVS, CPU, 4)
    recorder.begin(torch.arange(NUM_ENVS), {"initial_state/x": torch.zeros(NUM_ENVS, 1)})
    with pytest.raises(ValueError, match="obs/table_cam is too large"):
        recorder.record(terms(0))


# -- in processes of their own: memory, a full disk, a kill


def start(path: Path, *arguments: int) -> subprocess.Popen:
    program = Path(__file__).parent / "record_images.py"
    folder = str(Path(isaaclab_mimic_core.__file__).parents[1])
    command = [sys.executable, str(program), str(path), *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={"PYTHONPATH": folder}
    )


def test_memory_does_not_grow_with_the_episodes(tmp_path):
    num_envs, steps, pending = 16, 40, 8
    out, err = start(tmp_path / "demos.hdf5", num_envs, steps, 1, pending, 0).communicate(timeout=LONG)
    assert not err, err
    grown = json.loads(out.splitlines()[-1])["grown"]
    step = num_envs * 200 * 200 * 3
    held_whole = steps * step
    # What may wait, the step on its way and the one in the writing; the rest is what any Python program needs.
    bound = (pending << 20) + 2 * step + (24 << 20)
    assert grown < bound < held_whole, f"{grown / 1e6:.0f} MB"
    with DatasetReader(tmp_path / "demos.hdf5") as reader:
        assert [reader.shapes(name)[CAMERA][0][0] for name in reader.episode_names] == [steps] * num_envs


def test_killed_while_images_are_streamed(tmp_path):
    path = tmp_path / "demos.hdf5"
    process = start(path, 4, 12, 1000, 8, 0)
    assert process.stdout is not None
    reported = [process.stdout.readline().strip() for _ in range(3)]
    time.sleep(0.1 * np.random.default_rng().random())
    process.kill()
    reported += [line.strip() for line in process.stdout if line.endswith("\n")]
    process.communicate()
    with DatasetReader(path) as reader:
        assert set(reported) <= set(reader.episode_names)
        for episode in reader.episodes():
            assert episode.data[CAMERA].shape == (12, 200, 200, 3)
            assert (episode.data[CAMERA].max(axis=(1, 2, 3)) > 0).all()
    # The writer's own two files are there; the side files went with the process.
    assert {entry.name for entry in tmp_path.iterdir()} <= {
        "demos.hdf5",
        ".demos.hdf5.shadow",
        ".demos.hdf5.lock",
        ".demos.hdf5.tmp",
    }


# The first limit stops the side file, the second one the dataset.
@pytest.mark.parametrize(("limit", "at_least"), [(3_000_000, 0), (12_500_000, 1)])
def test_a_disk_that_is_full_of_images(tmp_path, limit, at_least):
    path = tmp_path / "demos.hdf5"
    out, err = start(path, 4, 12, 1000, 8, limit).communicate(timeout=LONG)
    assert "no space is left to write it" in err and len(err.splitlines()) == 2, err
    saved = out.split()
    assert len(saved) >= at_least
    assert [entry.name for entry in tmp_path.iterdir()] == (["demos.hdf5"] if saved else [])
    if saved:
        with DatasetReader(path) as reader:
            assert reader.episode_names == saved
            assert all(episode.data[CAMERA].shape == (12, 200, 200, 3) for episode in reader.episodes())
