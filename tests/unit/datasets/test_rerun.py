# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Files for Rerun's viewer, read back by rerun-sdk; and by its viewer, without a screen."""

import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pytest
from rerun.chunk import RrdReader
from waiting import LIMIT

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.datasets.export import export_rerun
from isaaclab_mimic_core.errors import DatasetError, OptionError

HEIGHT, WIDTH = 32, 48


@pytest.fixture
def demos(tmp_path, make_episode) -> Path:
    """Two annotated demonstrations with cameras of all kinds."""
    rng = np.random.default_rng(0)
    with DatasetWriter(tmp_path / "demos.hdf5", {"env_name": "Task-v0"}) as writer:
        for seed in range(2):
            episode = make_episode(70, seed, annotated=True)
            turn = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]], np.float32)
            episode.data["obs/datagen_info/eef_pose/franka"][:, :3, :3] = turn
            episode.data["obs/datagen_info/eef_pose/franka"][:, :3, 3] = rng.normal(size=(70, 3))
            more = {
                "obs/table_cam": np.full((70, HEIGHT, WIDTH, 3), (200, 40, 40), np.uint8),
                "obs/depth": np.linspace(0.5, 2, 70 * HEIGHT * WIDTH).astype("f4").reshape(70, HEIGHT, WIDTH, 1),
                "obs/labels": np.tile(np.arange(WIDTH, dtype=np.int32), (70, HEIGHT, 1))[..., None],
                "obs/normals": np.zeros((70, HEIGHT, WIDTH, 3), np.float32),
                "obs/points": np.zeros((70, 100, 3), np.float32),
            }
            writer.add(Episode(episode.data | more, {"success": True, "seed": seed}))
    return writer.path


def columns_of(path: Path) -> dict[str, dict[str, list]]:
    """Return per entity the values of its columns over time."""
    found: dict[str, dict[str, list]] = {}
    for chunk in RrdReader(path).stream().to_chunks():
        batch = pa.record_batch(chunk.to_record_batch())
        for name in batch.schema.names:
            values = found.setdefault(chunk.entity_path, {}).setdefault(name.split(":")[-1], [])
            column = batch.column(name)
            values += (column.cast(pa.int64()) if pa.types.is_duration(column.type) else column).to_pylist()
    return found


def test_rerun_reads_what_was_exported(tmp_path, demos):
    report = export_rerun(demos, tmp_path / "out", fps=20)
    assert report.files == ("demo_0.rrd", "demo_1.rrd") and (report.demos, report.samples) == (2, 140)
    assert report.notes == (
        "left out, as a sample has more than 64 numbers, too many for curves: points",
        "left out, as they hold neither colours, distances nor labels: normals",
    )
    found = columns_of(tmp_path / "out" / "demo_0.rrd")
    with DatasetReader(demos) as reader:
        demo = reader.read("demo_0")
    actions = found["/actions"]
    np.testing.assert_array_equal(actions["scalars"], demo.data["actions"].astype(float))
    assert actions["sample"] == list(range(70))
    assert actions["time"] == [at * 50_000_000 for at in range(70)]
    # What a state is after its step, the initial state is before the first.
    poses = [demo.data[f"{group}/rigid_object/cube_1/root_pose"] for group in ("initial_state", "states")]
    cube = found["/world/cube_1"]
    np.testing.assert_array_equal(np.concatenate(cube["translation"]), np.concatenate(poses)[:, :3])
    np.testing.assert_array_equal(np.concatenate(cube["quaternion"]), np.concatenate(poses)[:, 3:])
    assert cube["sample"] == list(range(71))
    # A matrix is stored column by column.
    hand, matrices = found["/world/end\\ effectors/franka"], demo.data["obs/datagen_info/eef_pose/franka"]
    np.testing.assert_array_equal(np.concatenate(hand["translation"]), matrices[:, :3, 3])
    np.testing.assert_array_equal(np.reshape(hand["mat3x3"], (70, 3, 3)), matrices[:, :3, :3].transpose(0, 2, 1))
    assert found["/marks"]["text"] == [["end of grasp_1"], ["end of stack_1"]] and found["/marks"]["sample"] == [23, 35]
    np.testing.assert_array_equal(np.ravel(found["/signals/grasp_1"]["scalars"]), np.arange(70) >= 23)
    assert len(found["/cameras/table_cam"]["blob"]) == 70
    depth = found["/cameras/depth"]["buffer"]
    np.testing.assert_array_equal(np.frombuffer(bytes(depth[69][0]), np.float32), demo.data["obs/depth"][69].ravel())
    labels = np.frombuffer(bytes(found["/cameras/labels"]["buffer"][0][0]), np.uint16)
    np.testing.assert_array_equal(labels, demo.data["obs/labels"][0].ravel())
    verify = [str(Path(sys.executable).with_name("rerun")), "rrd", "verify", str(tmp_path / "out" / "demo_1.rrd")]
    done = subprocess.run(verify, capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 0 and "verified without error" in done.stdout + done.stderr


def test_what_cannot_be_exported_is_refused(tmp_path, demos):
    for wrong, error, says in (
        ({"cameras": ["wrist"]}, OptionError, "no camera 'wrist'"),
        ({"cameras": ["normals"]}, OptionError, "normals holds neither colours"),
        ({"fps": 0}, OptionError, "at least one sample a second"),
        ({"names": ["demo_7"]}, DatasetError, "no demonstration 'demo_7'"),
    ):
        with pytest.raises(error, match=says):
            export_rerun(demos, tmp_path / "out", **{"fps": 20, **wrong})
    assert not (tmp_path / "out").exists()


def test_a_recording_is_told_from_others_of_its_name(tmp_path, demos):
    """A viewer adds what has the same identity: files of one name in two folders, and one that was made anew."""

    def identity(path: Path) -> str:
        export_rerun(path, tmp_path / "out", fps=20, names=["demo_0"], overwrite=True)
        return RrdReader(tmp_path / "out" / "demo_0.rrd").recordings()[0].recording_id

    elsewhere = tmp_path / "elsewhere" / demos.name
    elsewhere.parent.mkdir()
    shutil.copy(demos, elsewhere)
    first = identity(demos)
    assert first.startswith("demos/demo_0 ") and identity(demos) == first
    assert identity(elsewhere) != first
    with h5py.File(demos, "a") as file:
        file["data/demo_0/actions"][0] += 1.0
    assert identity(demos) != first
