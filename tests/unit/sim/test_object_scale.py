# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Factors on the sizes of objects: read, applied to a configuration, and read back from a file."""

from types import SimpleNamespace

import isaaclab.sim as sim_utils
import numpy as np
import pytest
from isaaclab.assets import RigidObjectCfg
from isaaclab.sim.schemas import MassCfg

from isaaclab_mimic_core.errors import DatasetError, OptionError
from isaaclab_mimic_core.sim.object_scale import as_text, read_scales, scale_objects
from isaaclab_mimic_core.sim.object_sizes import Box, as_plain, read_corners


@pytest.mark.parametrize(
    ("text", "scales"),
    [
        ("", {}),
        ("0.8", {"": (0.8, 0.8)}),
        ("cube_2=0.8, cube_3=1:1.25", {"cube_2": (0.8, 0.8), "cube_3": (1.0, 1.25)}),
    ],
)
def test_factors_and_ranges_are_read(text, scales):
    assert read_scales(text) == scales


@pytest.mark.parametrize(
    "text",
    [
        "big",
        "0",
        "-1",
        "nan",
        "inf",
        "0.01",
        "cube=",
        "=0.8",
        "cube=a",
        "0.8,cube=1.2",
        "a=1,a=2",
        ",",
        "0,8",
        "1.2:0.8",
        "1:",
        "1_0",
    ],
)
def test_what_is_no_factor_is_refused(text):
    with pytest.raises(OptionError):
        read_scales(text)


def configuration() -> SimpleNamespace:
    def rigid(spawn):
        return RigidObjectCfg(prim_path="/World/a", spawn=spawn)

    box = sim_utils.CuboidCfg(size=(0.1, 0.2, 0.3), mass_props=[MassCfg(mass=0.5)])
    can = sim_utils.CylinderCfg(radius=0.03, height=0.1)
    usd = sim_utils.UsdFileCfg(usd_path="a.usd", scale=(1.0, 2.0, 1.0))
    scene = SimpleNamespace(box=rigid(box), can=rigid(can), mug=rigid(usd), table="not an object")
    return SimpleNamespace(scene=scene, events=SimpleNamespace())


def test_sizes_and_masses_are_scaled():
    cfg = configuration()
    assert scale_objects(cfg, {"": (2.0, 2.0)}) == {"box": 2.0, "can": 2.0, "mug": 2.0}
    scene = cfg.scene
    assert scene.box.spawn.size == pytest.approx((0.2, 0.4, 0.6)) and scene.box.spawn.mass_props[0].mass == 4.0
    assert (scene.can.spawn.radius, scene.can.spawn.height) == pytest.approx((0.06, 0.2))
    assert scene.mug.spawn.scale == (2.0, 4.0, 2.0)
    assert cfg.events.mimic_object_scale.mode == "reset"


def test_factors_of_a_range_are_drawn_for_each_object_and_read_back_as_they_were():
    drawn = [scale_objects(configuration(), read_scales("0.8:1.2"), seed) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(set(drawn[0].values())) == 3 and all(0.8 <= factor <= 1.2 for factor in drawn[0].values())
    assert scale_objects(configuration(), read_scales(as_text(drawn[0])), seed=3) == drawn[0]


def test_what_has_its_own_size_is_left_alone():
    cfg = configuration()
    assert scale_objects(cfg, {"box": (1.0, 1.0)}) == {} and scale_objects(cfg, {}) == {}
    assert cfg.scene.box.spawn.size == (0.1, 0.2, 0.3) and not vars(cfg.events)


def test_an_object_that_is_not_there_is_named():
    with pytest.raises(OptionError, match="no object 'ball'") as refused:
        scale_objects(configuration(), {"ball": (2.0, 2.0)})
    assert "box, can, mug" in refused.value.remedy


def test_a_shape_without_a_size_is_refused():
    cfg = configuration()
    cfg.scene.box.spawn = sim_utils.SpawnerCfg(func=print)
    with pytest.raises(OptionError, match="box cannot be scaled"):
        scale_objects(cfg, {"box": (2.0, 2.0)})
    assert not vars(cfg.events)


def test_boxes_are_read_back_from_a_file():
    boxes = {"cube": Box((0.02, 0.02, 0.03), (0.0, 0.0, 0.01))}
    corners = read_corners(as_plain(boxes), "a.hdf5, demo_0")
    assert np.allclose(corners["cube"], [[-0.02, -0.02, -0.02], [0.02, 0.02, 0.04]])
    assert read_corners(None, "") == {}


@pytest.mark.parametrize(
    "written",
    [
        [],
        "a",
        [[0, 0, 0]],
        [[0, 0, "a"], [1, 1, 1]],
        [[1, 0, 0], [0, 1, 1]],
        [[0, 0, 0], [1, 1, 1e9]],
        [[0] * 3, [1, 1, 10**400]],
        None,
    ],
)
def test_boxes_that_are_none_are_refused(written):
    with pytest.raises(DatasetError, match="size of its object cube"):
        read_corners({"cube": written}, "a.hdf5, demo_0")


def test_what_is_scaled_twice_is_scaled_by_both():
    """As by a perturbation of evaluate, and --object-scale."""
    cfg = configuration()
    scale_objects(cfg, {"": (2.0, 2.0)})
    assert scale_objects(cfg, {"box": (0.8, 0.8)}) == pytest.approx({"box": 1.6, "can": 2.0, "mug": 2.0})
    assert cfg.scene.box.spawn.size == pytest.approx((0.16, 0.32, 0.48))
    assert cfg.events.mimic_object_scale.params["scales"]["box"] == pytest.approx(1.6)
