# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The two-armed tasks: what counts as grasped, lifted and placed; and configurations that the generator accepts."""

from types import SimpleNamespace

import isaaclab.utils.math as math_utils
import pytest
import torch

from isaaclab_mimic_core.datagen.config import read_constraints, read_subtasks
from isaaclab_mimic_core.datagen.tables import COORDINATED, LATTER
from isaaclab_mimic_core.tasks.two_franka import terms
from isaaclab_mimic_core.tasks.two_franka.clear_and_place import ClearAndPlaceEnvCfg
from isaaclab_mimic_core.tasks.two_franka.lift_box import LiftBoxEnvCfg

CPU = torch.device("cpu")
ROBOT, OBJECT, BASE = (SimpleNamespace(name=name, body_ids=[0], joint_ids=[0, 1]) for name in ("arm", "thing", "base"))


def values(tensor: list) -> SimpleNamespace:
    return SimpleNamespace(torch=torch.tensor(tensor))


def body(position: list[float], tilt: float = 0.0, speed: float = 0.0) -> SimpleNamespace:
    """A rigid object, tilted about y [rad]."""
    zero = torch.zeros(1)
    quat = math_utils.quat_from_euler_xyz(zero, zero + tilt, zero).tolist()
    return SimpleNamespace(
        data=SimpleNamespace(
            root_pos_w=values([position]), root_quat_w=values(quat), root_lin_vel_w=values([[speed, 0.0, 0.0]])
        )
    )


class Scene(dict):
    env_origins = torch.zeros(1, 3)


def scene(thing: SimpleNamespace, base: SimpleNamespace | None = None, fingers: float = 0.04) -> SimpleNamespace:
    """One environment whose hand is at the origin and does not turn."""
    hand = SimpleNamespace(
        body_pos_w=values([[[0.0, 0.0, 0.0]]]),
        body_quat_w=values([[[0.0, 0.0, 0.0, 1.0]]]),
        joint_pos=values([[fingers, fingers]]),
    )
    things = Scene(arm=SimpleNamespace(data=hand), thing=thing, base=base)
    return SimpleNamespace(scene=things, num_envs=1, device=CPU)


@pytest.mark.parametrize(
    ("place", "fingers", "holds"),
    [
        ([0.0, 0.0, 0.1], 0.02, True),
        ([0.0, 0.0, 0.1], 0.04, False),  # open
        ([0.0, 0.0, 0.1], 0.0, False),  # closed on nothing
        ([0.0, 0.1, 0.1], 0.02, False),  # elsewhere
    ],
)
def test_grasped_means_closed_around_it(place, fingers, holds):
    env = scene(body(place), fingers=fingers)
    assert bool(terms.grasped(env, ROBOT, OBJECT, (0.0, 0.0, 0.1), thickness=0.04)) == holds


def test_a_grip_at_an_objects_end_turns_with_it():
    # Tilted about y by a quarter turn, the object's x axis points down.
    env = scene(body([0.0, 0.0, 0.3], tilt=torch.pi / 2), fingers=0.02)
    assert terms.grasped(env, ROBOT, OBJECT, (0.0, 0.0, 0.1), thickness=0.04, grip=(0.2, 0.0, 0.0))


@pytest.mark.parametrize(
    ("thing", "fingers", "rests"),
    [
        (body([0.5, 0.02, 0.03]), 0.04, True),
        (body([0.5, 0.06, 0.03]), 0.04, False),  # beside
        (body([0.5, 0.02, 0.07]), 0.04, False),  # above, as on another cube
        (body([0.5, 0.02, 0.03]), 0.02, False),  # still held
        (body([0.5, 0.02, 0.03], speed=0.2), 0.04, False),
    ],
)
def test_resting_on(thing, fingers, rests):
    env = scene(thing, body([0.5, 0.0, 0.0]), fingers)
    assert bool(terms.resting_on(env, ROBOT, OBJECT, BASE, height=0.03, max_shift=0.04)) == rests


@pytest.mark.parametrize(("far", "clear"), [(0.1, False), (0.2, True)])
def test_away_from(far, clear):
    env = scene(body([0.5 + far, 0.0, 0.01]), body([0.5, 0.0, 0.0]))
    assert bool(terms.away_from(env, ROBOT, OBJECT, BASE, distance=0.12)) == clear


@pytest.mark.parametrize(
    ("height", "tilt", "slip", "lifted"),
    [(0.2, 0.0, 0.0, True), (0.1, 0.0, 0.0, False), (0.2, 0.2, 0.0, False), (0.2, 0.0, 0.1, False)],
)
def test_lifted_means_level_and_nothing_slipped(height, tilt, slip, lifted):
    env = scene(body([0.5, 0.0, height], tilt), body([0.5 + slip, 0.0, height + 0.04]))
    assert bool(terms.lifted_with(env, OBJECT, BASE, 0.15, 0.1, cargo_height=0.04, max_shift=0.04)) == lifted


@pytest.mark.parametrize(
    ("config", "objects", "kinds"),
    [
        (LiftBoxEnvCfg, ("box", "cargo"), {("left", 1): COORDINATED, ("right", 1): COORDINATED}),
        (ClearAndPlaceEnvCfg, ("cube", "blocker", "plate"), {("left", 1): LATTER}),
    ],
)
def test_the_generator_accepts_the_configuration(config, objects, kinds):
    cfg = config()
    plan = read_subtasks(cfg, objects, CPU)
    assert plan.eef_names == ("left", "right")
    constraints = read_constraints(cfg, CPU)
    constrained = {(plan.eef_names[e], s): int(constraints.kind[e, s]) for e, s in constraints.kind.nonzero().tolist()}
    assert constrained == kinds
    observed = set(vars(cfg.observations.subtask_terms))
    assert {name for names in plan.signals for name in names[:-1]} <= observed
