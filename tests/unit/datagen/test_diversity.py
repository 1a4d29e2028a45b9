# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How far apart attempts began."""

import math
import random

import pytest

from isaaclab_mimic_core.datagen.diversity import spread


def test_it_is_the_standard_deviation_on_both_sides_of_half_a_turn():
    draw = random.Random(0)
    around = [[draw.gauss(0.5, 0.02), draw.gauss(-0.1, 0.05), math.pi + draw.gauss(0.0, 0.3)] for _ in range(4000)]
    wrapped = [[x, y, math.atan2(math.sin(yaw), math.cos(yaw))] for x, y, yaw in around]
    assert spread(wrapped) == pytest.approx([0.02, 0.05, 0.3], rel=0.05)


def test_one_place_has_no_spread():
    assert spread([[0.4, 0.1, 0.7]] * 3) == pytest.approx([0.0, 0.0, 0.0], abs=1e-6)
    assert spread([]) == [0.0, 0.0, 0.0]
