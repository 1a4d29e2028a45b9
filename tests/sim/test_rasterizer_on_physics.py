# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The rasteriser as a camera's renderer: its pictures beside those of Newton's ray caster, in the same states."""

import json
from pathlib import Path

import pytest
from waiting import LONG

pytestmark = pytest.mark.sim

ROOT = Path(__file__).parents[2]
BENCHMARK = ROOT / "benchmarks" / "rendering.py"
STANDING_STILL = Path(__file__).with_name("drawn_environments.py")


def test_its_images_are_those_of_the_ray_caster_over_a_demonstration(start_python):
    command = ("--inside", "all", "--sizes", "200", "--num-envs", "2", "--frames", "4")
    output, errors = finish(start_python(BENCHMARK, *command))
    result = json.loads(output.splitlines()[-1])
    for camera in ("table_cam", "wrist_cam"):
        found = result[camera]
        assert found["worst"]["mean_difference"] < 1.0, errors[-500:]
        assert found["worst"]["far_off_percent"] < 0.5
        assert found["depth_within_1mm_percent"] > 99.5
        assert found["depth_median_mm"] < 0.1
        assert found["same_instance_percent"] > 99.8
        assert found["normal_degrees"] < 1.0
        assert found["ms"] < found["newton_ms"] / 3


def test_environments_without_a_rollout_are_not_drawn(start_python):
    output, _ = finish(start_python(STANDING_STILL))
    changed = json.loads(output.splitlines()[-1])
    assert changed["all"] == [True, True, True]
    assert changed["without the second"] == [True, False, True]
    assert changed["after its reset"] == [True, True, True]


def finish(process) -> tuple[str, str]:
    output, errors = process.communicate(timeout=LONG)
    assert process.returncode == 0, errors[-2000:]
    return output, errors
