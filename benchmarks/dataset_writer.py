# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Time and space to save a demonstration, compared with Isaac Lab's own handler in the same run.

The demonstrations are like those of the three-cube stack: 250 samples, 178 floats per sample in 18 arrays, 13 more
arrays of one row. Our writer commits each of them: once the call returns, the demonstration survives a kill. Upstream's
handler writes and flushes each into one file, which a kill during a write may leave unreadable.

    python benchmarks/dataset_writer.py                # 1000 demonstrations
    python benchmarks/dataset_writer.py --demos 100
"""

import argparse
import itertools
import json
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import torch
from isaaclab.utils.datasets import EpisodeData, HDF5DatasetFileHandler

from isaaclab_mimic_core.datasets import BackgroundWriter, DatasetWriter, Episode

SAMPLES = 250
WIDTHS = {
    "actions": 7,
    "processed_actions": 7,
    "obs/actions": 7,
    "obs/joint_pos": 9,
    "obs/joint_vel": 9,
    "obs/object": 39,
    "obs/cube_positions": 9,
    "obs/cube_orientations": 12,
    "obs/eef_pos": 3,
    "obs/eef_quat": 4,
    "obs/gripper_pos": 2,
    "states/articulation/robot/root_pose": 7,
    "states/articulation/robot/root_velocity": 6,
    "states/articulation/robot/joint_position": 9,
    "states/articulation/robot/joint_velocity": 9,
    **{f"states/rigid_object/cube_{i}/root_pose": 7 for i in (1, 2, 3)},
    **{f"states/rigid_object/cube_{i}/root_velocity": 6 for i in (1, 2, 3)},
}
SMALL = 10
"""The time for one more demonstration is measured in a file with this many, and in the full one."""
REPEATS = 40


def make_episode(seed: int) -> Episode:
    """Random walks: they compress about as badly as joint positions do."""
    rng = np.random.default_rng(seed)
    data = {
        path: rng.normal(0.0, 0.01, (SAMPLES, width)).cumsum(axis=0).astype(np.float32)
        for path, width in WIDTHS.items()
    }
    data |= {path.replace("states", "initial_state", 1): data[path][:1] for path in data if path.startswith("states")}
    return Episode(data, {"seed": seed, "success": True, "mimic": {"attempt": seed}})


def to_upstream(episode: Episode) -> EpisodeData:
    data = EpisodeData()
    for path, values in episode.data.items():
        data.add(path, torch.from_numpy(values), clone=False)
    # `add` collects steps; the arrays here are whole already.
    data.pre_export()
    data.data = _without_first_axis(data.data)
    data.seed, data.success = episode.seed, episode.success
    return data


def _without_first_axis(tree: dict) -> dict:
    return {key: _without_first_axis(value) if isinstance(value, dict) else value[0] for key, value in tree.items()}


class Ours:
    """Our writer: after each `save` the demonstration survives a kill."""

    name = "ours"

    def __init__(self, path: Path, episodes: list[Episode]):
        self.path = path
        self._episodes = itertools.cycle(episodes)
        self._writer = DatasetWriter(path, {"env_name": "benchmark"})

    def save(self) -> None:
        self._writer.add(next(self._episodes))
        self._writer.commit()

    def close(self) -> None:
        self._writer.close()


class Upstream:
    """Isaac Lab's handler: `save` writes and flushes."""

    name = "isaaclab"

    def __init__(self, path: Path, episodes: list[Episode]):
        self.path = path
        self._episodes = itertools.cycle([to_upstream(episode) for episode in episodes])
        self._handler = HDF5DatasetFileHandler()
        self._handler.create(str(path), "benchmark")

    def save(self) -> None:
        self._handler.write_episode(next(self._episodes))
        self._handler.flush()

    def close(self) -> None:
        self._handler.close()


def milliseconds(action) -> float:
    start = time.perf_counter()
    action()
    return 1e3 * (time.perf_counter() - start)


def share_left_to_others(writer: Ours | Upstream) -> float:
    """How much of its speed another Python thread keeps while demonstrations are written (1 = all of it)."""

    def count_for(seconds: float) -> float:
        number, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            number += 1
        return number / seconds

    def write() -> None:
        while not enough.is_set():
            writer.save()

    alone = max(count_for(0.3) for _ in range(3))
    enough = threading.Event()
    thread = threading.Thread(target=write)
    thread.start()
    beside = count_for(1.0)
    enough.set()
    thread.join()
    return beside / alone


def in_background(path: Path, episodes: list[Episode], count: int) -> dict:
    """Submit with room for all, so that only the hand-over is measured, then wait for the thread."""
    begin = time.perf_counter()
    writer = BackgroundWriter(DatasetWriter(path, {"env_name": "benchmark"}), max_pending=count)
    waits = [milliseconds(lambda i=i: writer.submit(episodes[i % len(episodes)])) for i in range(count)]
    writer.finish()
    per_demo = 1e3 * (time.perf_counter() - begin) / count
    return {"writer": "ours, commits of many", "ms_per_demo": round(per_demo, 2), "submit_ms_longest": max(waits)}


def main() -> None:
    parser = argparse.ArgumentParser(description="What it costs to save a demonstration.")
    parser.add_argument("--demos", type=int, default=1000, help="demonstrations to write")
    parser.add_argument("--folder", type=Path, default=None, help="where to write; a temporary folder if not given")
    arguments = parser.parse_args()
    episodes = [make_episode(seed) for seed in range(8)]

    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:

        def fill(count: int) -> tuple[list[Ours | Upstream], list[list[float]]]:
            # Alternate, so that other load on the machine affects both alike.
            writers = [kind(Path(folder) / f"{kind.name}_{count}.hdf5", episodes) for kind in (Ours, Upstream)]
            times = [[milliseconds(writer.save) for writer in writers] for _ in range(count)]
            return writers, [list(column) for column in zip(*times, strict=True)]

        large, times = fill(arguments.demos)
        kilobytes = [writer.path.stat().st_size / arguments.demos / 1e3 for writer in large]
        small, _ = fill(SMALL)
        more = np.array([[milliseconds(writer.save) for writer in (*small, *large)] for _ in range(REPEATS)])
        at_small, at_large = np.median(more, axis=0).reshape(2, 2)
        shares = [share_left_to_others(writer) for writer in small]
        for writer in (*small, *large):
            writer.close()
        rows = [
            {
                "writer": writer.name,
                "demos": arguments.demos,
                "total_s": round(sum(times[i]) / 1e3, 2),
                "ms_per_demo": round(float(np.mean(times[i])), 2),
                "ms_median": round(float(np.median(times[i])), 2),
                "ms_longest": round(max(times[i]), 2),
                f"ms_one_more_at_{SMALL}": round(float(at_small[i]), 2),
                f"ms_one_more_at_{arguments.demos}": round(float(at_large[i]), 2),
                "kB_per_demo": round(kilobytes[i], 1),
                "speed_left_to_a_thread": round(shares[i], 2),
            }
            for i, writer in enumerate(large)
        ]
        background = in_background(Path(folder) / "background.hdf5", episodes, min(arguments.demos, 100))
    for row in (*rows, background):
        print(json.dumps(row))
    width = max(map(len, rows[0]))
    for key in rows[0]:
        print(f"{key:<{width}}", *(f"{row[key]!s:>12}" for row in rows), file=sys.stderr)


if __name__ == "__main__":
    main()
