# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Converting: the order of quaternions, a task's name, joint-space actions; against the simulator's own figures."""

from pathlib import Path

import h5py
import isaaclab.utils.math as math_utils
import numpy as np
import pytest
import torch
from isaaclab.controllers import DifferentialIKController, DifferentialIKControllerCfg
from isaaclab.utils.datasets import HDF5DatasetFileHandler

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.datasets.check import check_file
from isaaclab_mimic_core.datasets.edit import Conversion, Kinematics, TaskSpace, convert
from isaaclab_mimic_core.datasets.edit.inverse_differential_ik import inverse_differential_ik
from isaaclab_mimic_core.errors import DatasetError, InputFileError, OptionError
from isaaclab_mimic_core.robots.franka.description import franka_description

SAMPLE = Path(__file__).parents[3] / "data" / "franka_stack" / "demos.hdf5"
TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"
JOINTS = tuple(f"panda_joint{number}" for number in range(1, 8))


@pytest.fixture(scope="module")
def urdf() -> Path:
    return franka_description() / "robots" / "panda_arm_hand.urdf"


@pytest.fixture(scope="module")
def sample() -> Episode:
    with DatasetReader(SAMPLE) as reader:
        return reader.read("demo_0")


@pytest.fixture
def old_file(tmp_path) -> Path:
    """The sample as a file older than Isaac Lab 3.0, under the task's name of that time."""
    path = tmp_path / "old.hdf5"
    path.write_bytes(SAMPLE.read_bytes())

    def turn(name: str, item: object) -> None:
        if not isinstance(item, h5py.Dataset):
            return
        starts = []
        if name.endswith("root_pose"):
            starts = [3]
        elif name.endswith(("eef_quat", "cube_orientations")):
            starts = range(0, item.shape[1], 4)
        elif name.endswith("obs/object"):
            starts = [3, 10, 17]
        values = item[()]
        for start in starts:
            values[:, start : start + 4] = values[:, [start + 3, start, start + 1, start + 2]]
        if len(starts):
            item[()] = values

    with h5py.File(path, "r+") as file:
        del file.attrs["format_version"]
        args = file["data"].attrs["env_args"]
        file["data"].attrs["env_args"] = args.replace(TASK, "Isaac-Stack-Cube-Franka-IK-Rel-v0")
        file["data"].visititems(turn)
    return path


def test_an_old_file_becomes_the_new_one(old_file, tmp_path, assert_same):
    report = convert(old_file, Conversion(task=TASK), tmp_path / "new.hdf5")
    assert "obs/cube_orientations at 0, 4, 8" in report.notes[0] and "obs/object at 3, 10, 17" in report.notes[0]
    with DatasetReader(report.output) as new, DatasetReader(SAMPLE) as reader:
        assert new.format_version == 1 and new.env_name == TASK
        assert new.episode_names == reader.episode_names
        for name in reader.episode_names:
            assert_same(new.read(name), reader.read(name))
        edit = new.data_attrs["mimic"]["edits"][0]
        assert (edit["task"], edit["task_before"]) == (TASK, "Isaac-Stack-Cube-Franka-IK-Rel-v0")
    assert check_file(report.output).findings == ()
    with pytest.raises(OptionError, match="nothing to convert"):
        convert(report.output, Conversion(task=TASK), tmp_path / "again.hdf5")
    # Isaac Lab's own handler, which turns root poses of old files on loading, sees the same ones.
    poses = []
    for path in (old_file, report.output):
        handler = HDF5DatasetFileHandler()
        handler.open(str(path))
        poses.append(handler.load_episode("demo_3", "cpu").data["states"]["rigid_object"]["cube_1"]["root_pose"])
        handler.close()
    assert torch.equal(*poses)


def test_other_places_of_quaternions_can_be_named(old_file, tmp_path):
    with h5py.File(old_file, "r+") as file:
        for demo in file["data"].values():
            demo["obs/goal"] = np.tile(np.array([1, 2, 3, 1, 0, 0, 0], np.float32), (demo.attrs["num_samples"], 1))
    report = convert(old_file, Conversion(quaternions={"obs/goal": [3]}), tmp_path / "new.hdf5")
    with DatasetReader(report.output) as reader:
        np.testing.assert_array_equal(reader.read("demo_1").data["obs/goal"][5], [1, 2, 3, 0, 0, 0, 1])
    with pytest.raises(OptionError, match="has no obs/nothing"):
        convert(old_file, Conversion(quaternions={"obs/nothing": [3]}), tmp_path / "other.hdf5")


def test_a_task_can_be_renamed(make_file, tmp_path):
    path = make_file(2)
    convert(path, Conversion(task="New-v0"), in_place=True)
    with DatasetReader(path) as reader:
        assert reader.env_name == "New-v0" and reader.env_args["type"] == 2
    assert not check_file(path).demos_with(["mixed_tasks"])


def test_kinematics_agree_with_the_simulator(sample, urdf):
    """The observed pose is that of a point 103.4 mm from the hand, seen from the environment's origin: the base."""
    poses = Kinematics(urdf, "panda_hand", JOINTS, (0.0, 0.0, 0.1034)).poses(
        sample.data["states/articulation/robot/joint_position"][:, :7]
    )
    np.testing.assert_allclose(poses[:-1, :3, 3], sample.data["obs/eef_pos"][1:], atol=2e-6)
    observed = math_utils.matrix_from_quat(torch.from_numpy(sample.data["obs/eef_quat"][1:]))
    np.testing.assert_allclose(poses[:-1, :3, :3], observed, atol=5e-6)


def in_joint_space(sample: Episode) -> Episode:
    """The same motion as commanded by joint positions: each action is where the joints were next."""
    reached = sample.data["states/articulation/robot/joint_position"]
    actions = np.concatenate([reached[:, :7] / 0.5, sample.data["actions"][:, -1:]], axis=1)
    processed = np.concatenate([reached[:, :7], sample.data["processed_actions"][:, -2:]], axis=1)
    last = np.concatenate([np.zeros_like(actions[:1]), actions[:-1]])
    data = {**sample.data, "actions": actions, "processed_actions": processed, "obs/actions": last}
    return Episode(data, {"mimic": sample.attrs["mimic"], "success": True})


def test_jacobians_are_what_small_steps_show(sample, urdf):
    kinematics = Kinematics(urdf, "panda_hand", JOINTS, (0.01, 0.02, 0.107))
    joints = sample.data["states/articulation/robot/joint_position"][::50, :7].astype(np.float64)
    found, step = kinematics.jacobians(joints), 1e-6
    for joint in range(7):
        there, back = (kinematics.poses(joints + sign * step * np.eye(7)[joint]) for sign in (1, -1))
        np.testing.assert_allclose(found[:, :3, joint], (there - back)[:, :3, 3] / (2 * step), atol=1e-7)
        turned = torch.from_numpy(there[:, :3, :3] @ back[:, :3, :3].swapaxes(1, 2))
        angles = math_utils.axis_angle_from_quat(math_utils.quat_from_matrix(turned)) / (2 * step)
        np.testing.assert_allclose(found[:, 3:, joint], angles, atol=1e-7)


def test_isaac_labs_controller_makes_the_commanded_joints_of_relative_poses(sample, urdf, tmp_path):
    """All but what leaves the hand where it is, which no pose can tell."""
    with DatasetWriter(tmp_path / "joints.hdf5", {"env_name": "Isaac-Stack-Cube-Franka-v0"}) as writer:
        writer.add(in_joint_space(sample))
    # Much damping and a single physics step an action, so that nothing moves meanwhile.
    space = TaskSpace(urdf, relative=True, offset=(0.0, 0.0, 0.1034), damping=0.1, substeps=1)
    report = convert(writer.path, Conversion(TASK, space), tmp_path / "poses.hdf5")
    with DatasetReader(report.output) as reader:
        new = reader.read("demo_0")
    actions = torch.from_numpy(new.data["actions"])
    assert actions.shape == (sample.num_samples, 7) and actions.dtype == torch.float32
    reached = [sample.data[f"{group}/articulation/robot/joint_position"] for group in ("initial_state", "states")]
    present = np.concatenate(reached)[:-1, :7].astype(np.float64)
    jacobians = torch.from_numpy(space.kinematics.jacobians(present)).float()
    poses = torch.from_numpy(space.kinematics.poses(present)).float()
    position, quat = poses[:, :3, 3], math_utils.quat_from_matrix(poses[:, :3, :3])
    cfg = DifferentialIKControllerCfg(
        command_type="pose", use_relative_mode=True, ik_method="dls", ik_params={"lambda_val": 0.1}
    )
    controller = DifferentialIKController(cfg, len(present), "cpu")
    controller.set_command(0.5 * actions[:, :6], position, quat)
    joints = torch.from_numpy(present).float()
    target = controller.compute(position, quat, jacobians, joints)
    missed = torch.from_numpy(reached[1][:, :7]) - target
    assert (jacobians @ missed[:, :, None]).abs().max() < 2e-5
    np.testing.assert_array_equal(actions[:, 6], sample.data["actions"][:, 6])
    np.testing.assert_allclose(new.data["processed_actions"][:, :6], 0.5 * actions[:, :6], atol=1e-7)
    np.testing.assert_array_equal(new.data["obs/actions"][1:], actions[:-1])


def test_relative_poses_stay_in_bounds_where_the_arm_is_singular(urdf):
    kinematics = Kinematics(urdf, "panda_hand", JOINTS, (0.0, 0.0, 0.107))
    stretched = np.array([[0.0, 0.0, 0.0, -1e-5, 0.0, 0.0, 0.0]])
    command = stretched + 0.02
    change = inverse_differential_ik(kinematics, stretched, command, command, 0.01, 5)
    assert np.isfinite(change).all() and np.abs(change).max() < 0.3


def test_joint_space_to_absolute_poses(sample, urdf, tmp_path):
    episode = in_joint_space(sample)
    del episode.data["processed_actions"]
    with DatasetWriter(tmp_path / "joints.hdf5", {"env_name": "Isaac-Stack-Cube-Franka-v0"}) as writer:
        writer.add(episode)
    lost = TaskSpace(urdf, relative=False, offset=(0.0, 0.0, 0.1034))
    with pytest.raises(DatasetError, match="has no processed_actions"):
        convert(writer.path, Conversion(task_space=lost), tmp_path / "poses.hdf5")
    space = TaskSpace(urdf, relative=False, offset=(0.0, 0.0, 0.1034), joint_scale=0.5, joint_offset=(0.0,) * 7)
    report = convert(writer.path, Conversion(task_space=space), tmp_path / "poses.hdf5", overwrite=True)
    with DatasetReader(report.output) as reader:
        actions = reader.read("demo_0").data["actions"]
    assert actions.shape == (sample.num_samples, 8)
    np.testing.assert_allclose(actions[:-1, :3], sample.data["obs/eef_pos"][1:], atol=5e-6)
    dots = np.abs((actions[:-1, 3:7] * sample.data["obs/eef_quat"][1:]).sum(axis=1))
    np.testing.assert_allclose(dots, 1.0, atol=1e-5)
    assert ((actions[1:, 3:7] * actions[:-1, 3:7]).sum(axis=1) > 0.9).all()
    np.testing.assert_array_equal(actions[:, 7], sample.data["actions"][:, 6])


@pytest.mark.parametrize("damage", [lambda rows: rows[:, 0], lambda rows: rows[:-1]], ids=["one number", "a row less"])
def test_processed_actions_that_do_not_fit_the_actions_are_named(sample, urdf, tmp_path, damage):
    good, bad = in_joint_space(sample), in_joint_space(sample)
    bad.data["processed_actions"] = damage(bad.data["processed_actions"])
    with DatasetWriter(tmp_path / "joints.hdf5", {"env_name": "Isaac-Stack-Cube-Franka-v0"}) as writer:
        writer.add(good)
        writer.add(bad)
    space = TaskSpace(urdf, relative=False, offset=(0.0, 0.0, 0.1034), joint_scale=0.5, joint_offset=(0.0,) * 7)
    output = tmp_path / "poses.hdf5"
    with pytest.raises(DatasetError, match="processed_actions is of shape") as caught:
        convert(writer.path, Conversion(task_space=space), output)
    assert "demo_1" in str(caught.value) and not output.exists()
    output.write_bytes(SAMPLE.read_bytes())
    with pytest.raises(DatasetError, match="processed_actions is of shape"):
        convert(writer.path, Conversion(task_space=space), output, overwrite=True)
    assert output.read_bytes() == SAMPLE.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"joints.hdf5", "poses.hdf5"}


def test_a_wrong_robot_is_refused(urdf, tmp_path):
    with pytest.raises(OptionError, match="no link 'tool0'"):
        Kinematics(urdf, "tool0", JOINTS)
    with pytest.raises(OptionError, match="no joint 'elbow'"):
        Kinematics(urdf, "panda_hand", ("elbow",))
    (tmp_path / "a.urdf").write_text("no robot")
    with pytest.raises(InputFileError, match="not a robot description"):
        Kinematics(tmp_path / "a.urdf", "panda_hand", JOINTS)
