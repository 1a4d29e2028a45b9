# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""G1 with two Dex3 hands is put together from its wheel, as upstream's configuration names its joints."""

import importlib.util
import re

import pytest

from isaaclab_mimic_core.errors import PlatformError
from isaaclab_mimic_core.robots.g1 import usd
from isaaclab_mimic_core.sim.assets.wheel import wheel_folder

needs_wheel = pytest.mark.skipif(importlib.util.find_spec("holosoma") is None, reason="needs ./mimic.sh setup g1")


@pytest.fixture(scope="module")
def robot(tmp_path_factory):
    folder = wheel_folder(usd.WHEEL, tmp_path_factory.mktemp("wheel"))
    return usd.with_hands(folder / usd._ASSETS / usd._URDF).getroot()


def joints(robot) -> dict:
    return {joint.get("name"): joint for joint in robot.findall("joint") if joint.get("type") == "revolute"}


@needs_wheel
def test_every_joint_of_upstreams_configuration_is_there(robot):
    from isaaclab_tasks.contrib.locomanip_pick_place.locomanipulation_g1_env_cfg import ActionsCfg

    found, actions = joints(robot), ActionsCfg()
    assert len(found) == 29 + 14
    named = (
        *actions.upper_body_ik.pink_controlled_joint_names,
        *actions.upper_body_ik.hand_joint_names,
        *actions.lower_body_joint_pos.joint_names,
    )
    for pattern in named:
        assert any(re.fullmatch(pattern, name) for name in found), pattern
    assert all(any(re.fullmatch(pattern, name) for pattern in named) for name in found)
    links = {link.get("name") for link in robot.findall("link")}
    assert {"pelvis", *actions.upper_body_ik.target_eef_link_names.values()} <= links
    assert not any("rubber" in name or "imu" in name for name in links)


@needs_wheel
def test_the_right_hand_is_the_left_one_mirrored(robot):
    found = joints(robot)
    for name, left in found.items():
        if not name.startswith("left_hand"):
            continue
        right = found[name.replace("left", "right")]
        limits = [[float(each.find("limit").get(key)) for key in ("lower", "upper")] for each in (left, right)]
        turned = left.find("axis").get("xyz") == "0 0 1"
        assert limits[1] == ([-limits[0][1], -limits[0][0]] if turned else limits[0])
        ours, theirs = ([float(x) for x in each.find("origin").get("xyz").split()] for each in (left, right))
        assert theirs == [ours[0], -ours[1], ours[2]]
    # All of it, with hands of 0.7 kg each.
    masses = {link.get("name"): float(link.find("inertial/mass").get("value")) for link in robot.findall("link")}
    hands = [
        sum(mass for name, mass in masses.items() if name.startswith(f"{side}_hand")) for side in ("left", "right")
    ]
    assert hands[0] == hands[1] and 0.6 < hands[0] < 0.8 and 33.0 < sum(masses.values()) < 36.0


def test_a_wheel_that_cannot_be_used_is_one_line(tmp_path):
    urdf = tmp_path / "g1_29dof.urdf"
    with pytest.raises(PlatformError, match=r"holosoma==0\.0\.3 holds no usable g1_29dof") as raised:
        usd.with_hands(urdf)
    assert "holosoma" in raised.value.remedy and "reinstall" in raised.value.remedy
    urdf.write_text("no robot")
    with pytest.raises(PlatformError):
        usd.with_hands(urdf)
