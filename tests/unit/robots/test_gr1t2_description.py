# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The humanoid comes from Fourier's wheel, or it is said in one line why not."""

import importlib.util
from importlib import metadata
from types import SimpleNamespace
from typing import Any

import pytest

from isaaclab_mimic_core.errors import DeviceError, PlatformError
from isaaclab_mimic_core.robots.gr1t2 import usd
from isaaclab_mimic_core.sim.assets.wheel import wheel_folder
from isaaclab_mimic_core.tasks.gr1t2_pick_place.script import ScriptedHandover
from isaaclab_mimic_core.tasks.gr1t2_pick_place.signals import PickPlaceSignals, signals_of

URDF = """\
<robot name="half">
  <link name="arm"><inertial><mass value="1"/></inertial></link>
  <link name="wrist"/>
  <link name="hand"><inertial><mass value="1"/></inertial></link>
  <link name="tip"/>
  <joint name="fixed" type="fixed"><origin xyz="0 0 -0.1"/><parent link="arm"/><child link="wrist"/></joint>
  <joint name="grip" type="revolute">
    <origin xyz="0.2 0 0"/><parent link="wrist"/><child link="hand"/>
    <limit lower="0" upper="1" effort="0" velocity="0"/><mimic joint="other"/>
  </joint>
  <joint name="end" type="fixed"><parent link="hand"/><child link="tip"/></joint>
</robot>
"""


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MIMIC_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def install(folder, monkeypatch, text: str) -> None:
    """Pretend that a wheel with this URDF is installed."""
    urdf = folder / usd._ASSETS / usd._URDF
    urdf.parent.mkdir(parents=True)
    urdf.write_text(text)
    found = SimpleNamespace(version="0.2.7", locate_file=lambda name: folder)
    monkeypatch.setattr(metadata, "distribution", lambda name: found)


def test_links_without_mass_are_left_out(tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, URDF)
    robot = usd._simulated(wheel_folder(usd.WHEEL, tmp_path) / usd._ASSETS / usd._URDF).getroot()
    assert [link.get("name") for link in robot.findall("link")] == ["arm", "hand"]
    (joint,) = robot.findall("joint")
    assert joint.find("parent").get("link") == "arm" and joint.find("mimic") is None
    assert usd._numbers(joint.find("origin"), "xyz") == [0.2, 0.0, -0.1]
    assert float(joint.find("limit").get("effort")) == usd.HAND_EFFORT


@pytest.mark.parametrize("text", ["no robot", URDF.replace("<link name=", '<mesh filename="gone.STL"/><link name=')])
def test_a_wheel_that_cannot_be_used_leaves_nothing(tmp_path, cache, monkeypatch, text):
    install(tmp_path, monkeypatch, text)
    with pytest.raises(PlatformError, match=r"0\.2\.7 holds no usable gr1t2") as raised:
        usd.gr1t2_usd()
    assert "reinstall" in raised.value.remedy and raised.value.exit_code == 2
    assert not any(path.is_dir() for path in cache.iterdir())


def test_a_wheel_that_cannot_be_fetched_is_one_line(tmp_path, cache, monkeypatch):
    python = tmp_path / "python.sh"
    python.write_text('#!/bin/sh\necho "no network" >&2\nexit 1\n')
    python.chmod(0o755)
    monkeypatch.setenv("ISAACLAB_MIMIC_PYTHON", str(python))
    # Another version than the pinned one does not count.
    monkeypatch.setattr(metadata, "distribution", lambda name: SimpleNamespace(version="0.1.0"))
    with pytest.raises(PlatformError, match="could not be fetched: no network") as raised:
        usd.gr1t2_usd()
    assert "\n" not in raised.value.what and raised.value.where == usd.WHEEL


@pytest.mark.skipif(
    importlib.util.find_spec("fourier_robot_descriptions") is None, reason="needs ./mimic.sh setup humanoid"
)
def test_the_wheel_has_the_robot_of_upstreams_configuration(tmp_path):
    robot = usd._simulated(wheel_folder(usd.WHEEL, tmp_path) / usd._ASSETS / usd._URDF).getroot()
    turning = {joint.get("name") for joint in robot.findall("joint") if joint.get("type") == "revolute"}
    assert len(turning) == 54 and {"waist_yaw_joint", "left_wrist_pitch_joint", "R_thumb_distal_joint"} <= turning
    assert {"left_hand_pitch_link", "right_hand_roll_link", "base_link"} <= {
        link.get("name") for link in robot.iter("link")
    }
    assert all(link.find("inertial") is not None for link in robot.iter("link"))


def test_script_and_signals_are_those_of_the_local_object():
    cloud: Any = SimpleNamespace(info={"assets": "cloud"})
    assert signals_of(cloud) is None
    with pytest.raises(DeviceError, match="--teleop-device scripted: the script grasps the local object"):
        ScriptedHandover(cloud, seed=1)
    local = SimpleNamespace(info={"assets": "local"}, eef_names=["left", "right"], object_names=["object"])
    assert isinstance(signals_of(local), PickPlaceSignals)
