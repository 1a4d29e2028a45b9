# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Files of Isaac Sim's Episode Recorder: written here by the layout in its sources, and one that its wheel brings."""

import json
import shutil
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from isaaclab_mimic_core import cli
from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.datasets.check import require
from isaaclab_mimic_core.datasets.episode_recorder import import_episode_recorder
from isaaclab_mimic_core.errors import DatasetError, InputFileError, OutputError
from isaaclab_mimic_core.sim.assets import cache_root

TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"
PLAIN = "Isaac-Stack-Cube-Franka-IK-Rel-v0"
DESCRIPTOR = Path(__file__).parents[2] / "data" / "descriptors" / "franka_cube_stack.yaml"
ASSETS = {
    "robot": ("articulation", "Robot"),
    "cube_1": ("rigid_object", "Cube_1"),
    "cube_2": ("rigid_object", "Cube_2"),
}
FRAMES = 5
ENV = "/World/envs/env_0"
SAMPLE = "isaacsim/exts/isaacsim.replicator.teleop/isaacsim/replicator/teleop/tests/data/_episode_recorder"


def write_channel(group: h5py.Group, path: str, values: Any) -> None:
    array = group.create_dataset(path, data=values, maxshape=(None, *values.shape[1:]), chunks=True)
    if path.endswith(("orientation", "orientations")):
        array.attrs["quaternion_order"] = "wxyz"


def write(path: Path, *successes: bool | None, tracks: list | None = None, **changes) -> Path:
    """Write a recording of a robot of two links, a cube, a lamp and a headset in an environment at x = 10 m.

    Layout: `storage.SessionStorage` and `manifest.write_manifest` of isaacsim.replicator.episode_recorder 0.1.6.
    """
    tracks = tracks or [
        {"group": "meta/time", "type": "sim_time"},
        {"group": "state/env_0", "type": "xform", "prim_path": ENV, "space": "world"},
        {"group": "state/arm", "type": "articulation", "prim_path": f"{ENV}/Robot/arm", "link_paths": ["a", "b"]},
        {"group": "state/Cube_1", "type": "rigid_body", "prim_path": f"{ENV}/Cube_1"},
        {"group": "state/mesh", "type": "xform", "prim_path": f"{ENV}/Cube_1/geometry/mesh", "space": "world"},
        {"group": "state/other", "type": "rigid_body", "prim_path": "/World/envs/env_1/Cube_1"},
        {"group": "state/lamp", "type": "xform", "prim_path": "/World/lamp", "space": "world"},
        {"group": "teleop/left", "type": "teleop_controller"},
    ]
    x = np.arange(FRAMES, dtype=np.float32)[:, None] * [0.1, 0.0, 0.0]
    turn = np.tile(np.array([0.5, 0.1, 0.7, 0.5], np.float32), (FRAMES, 1))
    with h5py.File(path, "w") as file:
        file.attrs.update({"schema_version": 2, "num_episodes": len(successes), **changes})
        manifest = {
            "tracks": tracks,
            "session": {},
            "sampling": {},
            "coord_conventions": {"quaternion_order": "wxyz", "position_units": "meters"},
        }
        for name, value in manifest.items():
            file.create_dataset(f"manifest/{name}", data=json.dumps(value), dtype=h5py.string_dtype())
        for index, success in enumerate(successes):
            group = file.create_group(f"episodes/episode_{index:05d}")
            group.attrs.update({"episode_index": index, "num_frames": FRAMES})
            if success is not None:
                group.attrs["success"] = success
            write_channel(group, "meta/time/sim_time", np.arange(FRAMES) / 60.0)
            for name, offset in (("env_0", 10.0), ("Cube_1", 10.5), ("mesh", 11.0), ("other", 30.0), ("lamp", 0.0)):
                write_channel(group, f"state/{name}/position", np.float32(x * (name == "Cube_1") + [offset, 0.0, 0.0]))
                write_channel(group, f"state/{name}/orientation", turn)
            write_channel(group, "state/arm/positions", np.full((FRAMES, 2, 3), 10.0, np.float32))
            write_channel(group, "state/arm/orientations", np.tile(turn[:, None], (1, 2, 1)))
            write_channel(group, "teleop/left/trigger", np.linspace(0, 1, FRAMES, dtype=np.float32))
            write_channel(group, "teleop/left/aim_orientation", turn)
    return path


def test_poses_of_the_tasks_assets_are_imported_and_what_is_lacking_is_said(tmp_path):
    path = write(tmp_path / "session.hdf5", True, None)
    report = import_episode_recorder(path, tmp_path / "out.hdf5", ASSETS, task=TASK)
    assert (report.demos, report.samples) == (2, 2 * FRAMES)
    said = "\n".join(report.notes)
    assert "no actions: the Episode Recorder records none" in said and "no initial state" in said
    assert "success is not recorded in 1 of 2" in said and "no poses of the task's cube_2" in said
    assert "/World/lamp" in said
    with DatasetReader(tmp_path / "out.hdf5") as reader:
        one, other = (reader.read(name) for name in reader.episode_names)
        assert reader.env_args["env_name"] == TASK
    assert (one.success, other.success, one.num_samples) == (True, None, FRAMES)
    cube = one.data["states/rigid_object/cube_1/root_pose"]
    # In the environment's frame, and xyzw; not the mesh below it, nor the other environment's.
    np.testing.assert_allclose(cube[:, 0], 0.5 + 0.1 * np.arange(FRAMES), atol=1e-5)
    np.testing.assert_allclose(cube[0, 3:], [0.1, 0.7, 0.5, 0.5])
    np.testing.assert_allclose(one.data["states/articulation/robot/root_pose"][0, :3], [0.0, 10.0, 10.0])
    assert one.data["obs/teleop_left_trigger"].shape == (FRAMES,) and one.data["obs/sim_time"][1] == 1 / 60
    np.testing.assert_allclose(one.data["obs/teleop_left_aim_orientation"][0], [0.1, 0.7, 0.5, 0.5])


def test_what_is_imported_is_not_taken_for_demonstrations_with_actions(tmp_path, capfd):
    output = tmp_path / "out.hdf5"
    import_episode_recorder(write(tmp_path / "session.hdf5", True), output, ASSETS, task=TASK)
    assert cli.main(["info", str(output)]) == 0
    shown = capfd.readouterr().out
    assert "the demonstrations have no actions" in shown
    with DatasetReader(output) as reader, pytest.raises(DatasetError, match="has no actions"):
        require(reader, ["actions"])


WRONG = {
    "of another version": (lambda path: write(path, True, schema_version=1), "is of the Episode Recorder's version 1"),
    "a dataset": (lambda path: h5py.File(path, "w").create_group("data"), "is no file of Isaac Sim's Episode Recorder"),
    "no HDF5": (lambda path: path.write_text("x" * 100), "is not an HDF5 file"),
    "of other things": (
        lambda path: write(path, True, tracks=[{"group": "state/lamp", "type": "xform", "prim_path": "/World/lamp"}]),
        "holds no poses of .*'s robot, cube_1, cube_2",
    ),
    "without episodes": (write, "holds no episodes"),
    "with tracks of text": (lambda path: write(path, True, tracks=["cube"]), "its manifest names a track 'cube'"),
    "with a name that is no text": (
        lambda path: write(path, True, tracks=[{"group": "a\0b", "type": "x"}]),
        "its manifest names a track",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_files_are_refused_and_nothing_is_written(kind, tmp_path):
    make, what = WRONG[kind]
    path = tmp_path / "session.hdf5"
    make(path)
    with pytest.raises(InputFileError, match=what):
        import_episode_recorder(path, tmp_path / "out.hdf5", ASSETS, task=TASK)
    assert not (tmp_path / "out.hdf5").exists()


@pytest.mark.parametrize(
    ("path", "values", "what"),
    [
        ("state/Cube_1/position", np.zeros((FRAMES - 1, 3)), "has 4 rows, not 5"),
        ("state/Cube_1/position", np.zeros((FRAMES, 2)), "state/Cube_1 holds no pose"),
        ("state/Cube_1/position", np.full((FRAMES, 3), np.nan), "is not finite"),
        ("state/arm/orientations", None, "has no state/arm/orientations"),
        ("state/arm/positions", np.zeros(FRAMES), "state/arm holds no pose: positions is "),
        ("state/arm/orientations", np.zeros((FRAMES, 4)), "state/arm holds no pose: orientations is "),
        ("state/arm/positions", np.zeros((FRAMES, 0, 3)), "state/arm holds no pose: positions is "),
        ("state/Cube_1/position", np.full((FRAMES, 3), b"1"), "state/Cube_1 holds no pose: .* of text"),
        ("state/Cube_1/position", np.zeros((FRAMES, 3), [("x", "f4")]), "state/Cube_1 holds no pose: .* of records"),
        ("state/Cube_1/position", np.zeros((FRAMES, 3), complex), "state/Cube_1 holds no pose: .* of complex"),
        ("state/Cube_1/position", np.full((FRAMES, 3), 1e300), "is not finite"),
        ("state/Cube_1/orientation", np.zeros((FRAMES, 4)), "row 0 is no quaternion: its length is 0"),
    ],
)
def test_damaged_episodes_are_refused(path, values, what, tmp_path):
    file = write(tmp_path / "session.hdf5", True)
    with h5py.File(file, "r+") as changed:
        group: Any = changed["episodes/episode_00000"]
        del group[path]
        if values is not None:
            group[path] = values
    with pytest.raises(DatasetError, match=what):
        import_episode_recorder(file, tmp_path / "out.hdf5", ASSETS, task=TASK)


def test_a_number_of_frames_that_cannot_be_is_refused(tmp_path):
    file = write(tmp_path / "session.hdf5", True)
    with h5py.File(file, "r+") as changed:
        changed["episodes/episode_00000"].attrs["num_frames"] = np.uint64(2**63)
    with pytest.raises(DatasetError, match="has no frames"):
        import_episode_recorder(file, tmp_path / "out.hdf5", ASSETS, task=TASK)


def test_a_damaged_later_episode_leaves_no_output_and_keeps_an_old_one(tmp_path):
    output, news = tmp_path / "out.hdf5", []
    good = write(tmp_path / "good.hdf5", True)
    bad = write(tmp_path / "bad.hdf5", True, True)
    with h5py.File(bad, "r+") as changed:
        del changed["episodes/episode_00001/state/arm/positions"]

    def run(file: Path) -> None:
        def tell(*about: Any) -> None:
            news.append(about)

        import_episode_recorder(file, output, ASSETS, task=TASK, overwrite=True, on_saved=tell)

    with pytest.raises(DatasetError, match="episode_00001: has no state/arm/positions"):
        run(bad)
    assert not output.exists()
    run(good)
    before = output.read_bytes()
    news.clear()
    with pytest.raises(DatasetError, match="episode_00001"):
        run(bad)
    assert output.read_bytes() == before and not news, "nothing is said to be saved that is not"
    run(good)
    assert news == [("demo_0", FRAMES, 1, 1)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.hdf5", "good.hdf5", "out.hdf5"]


def test_channels_of_one_name_are_numbered_and_what_is_left_out_is_said(tmp_path):
    file = tmp_path / "session.hdf5"
    tracks = [
        {"group": "meta/time", "type": "sim_time"},
        {"group": "state/Cube_1", "type": "rigid_body", "prim_path": f"{ENV}/Cube_1"},
        {"group": "state/mesh", "type": "xform", "prim_path": f"{ENV}/Cube_2", "space": "local"},
        {"group": "state/sim_time", "type": "attribute"},
        {"group": "teleop", "type": "teleop_controller"},
        {"group": "teleop/right", "type": "teleop_controller"},
    ]
    write(file, True, True, tracks=tracks)
    with h5py.File(file, "r+") as changed:
        for number in range(2):
            group: Any = changed[f"episodes/episode_{number:05d}"]
            group["state/sim_time"] = np.full(FRAMES, 7.0)
            group["state/Cube_1/speed"] = np.full(FRAMES, 8.0)
            # Only in one, so that each episode's own numbering would differ.
            if number:
                group["teleop/left_trigger"] = np.full(FRAMES, 9.0)
            group["teleop/left/name"] = np.full(FRAMES, b"me")
    report = import_episode_recorder(file, tmp_path / "out.hdf5", ASSETS, task=TASK)
    said = "\n".join(report.notes)
    assert "state/sim_time is obs/sim_time_2, as sim_time is taken" in said
    assert "teleop/left_trigger is obs/teleop_left_trigger_2" in said
    assert "as it holds no numbers: teleop/left/name" in said and "nothing is recorded of teleop/right" in said
    assert f"within a parent and not in the world: {ENV}/Cube_2" in said
    with DatasetReader(tmp_path / "out.hdf5") as reader:
        first, second = (reader.read(name).data for name in reader.episode_names)
    assert first["obs/sim_time"][1] == 1 / 60 and first["obs/sim_time_2"][1] == 7 and first["obs/Cube_1_speed"][0] == 8
    assert first["obs/teleop_left_trigger"][-1] == second["obs/teleop_left_trigger"][-1] == 1
    assert second["obs/teleop_left_trigger_2"][0] == 9 and "obs/teleop_left_trigger_2" not in first
    assert "states/rigid_object/cube_2/root_pose" not in first


def test_the_command_asks_for_the_task(tmp_path, capfd):
    file, output = write(tmp_path / "session.hdf5", True), tmp_path / "out.hdf5"
    given = ["import", str(file), "--format", "episode-recorder", "--output", str(output)]
    assert cli.main(given) == 2
    assert "--task: say whose objects are in it" in capfd.readouterr().err and not output.exists()
    assert cli.main([*given, "--task", TASK]) == 0
    with DatasetReader(output) as reader:
        assert "states/rigid_object/cube_1/root_pose" in reader.shapes(reader.episode_names[0])
    assert cli.main([*given, "--task", TASK]) == 2, "it is there already"
    # A descriptor may lie elsewhere for who reads it.
    mine = shutil.copy(DESCRIPTOR, tmp_path / "mine.yaml")
    for task, stated in ((f"{mine}@{PLAIN}", PLAIN), (PLAIN, TASK)):
        assert cli.main([*given, "--task", task, "--overwrite"]) == 0
        with DatasetReader(output) as reader:
            assert reader.env_name == stated
    before = file.read_bytes()
    assert cli.main([*given[:-1], str(file), "--task", TASK, "--overwrite"]) == 2
    with pytest.raises(OutputError, match="this is an input"):
        import_episode_recorder(file, file, ASSETS, task=TASK, overwrite=True)
    assert file.read_bytes() == before


def test_a_recording_of_the_recorder_itself(tmp_path):
    found = sorted(cache_root().glob(f"isaacsim-*/{SAMPLE}/*.hdf5"))
    if not found:
        pytest.skip("needs Isaac Sim's wheels in the cache")
    assets = {"can": ("rigid_object", "_05_tomato_soup_can"), "hand": ("articulation", "dex3_1_r")}
    report = import_episode_recorder(found[0], tmp_path / "out.hdf5", assets, task="T")
    assert (report.demos, report.samples) == (1, 223)
    with DatasetReader(tmp_path / "out.hdf5") as reader:
        episode = reader.read(reader.episode_names[0])
    for name in ("rigid_object/can", "articulation/hand"):
        pose = episode.data[f"states/{name}/root_pose"]
        np.testing.assert_allclose(np.linalg.norm(pose[:, 3:], axis=1), 1.0, atol=1e-4)
    can = episode.data["states/rigid_object/can/root_pose"]
    assert np.ptp(can[:, :3], axis=0).max() > 0.05, "it was moved"
    assert episode.data["obs/teleop_right_trigger"].max() > 0.5
