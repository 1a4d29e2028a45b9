# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The time that something takes is estimated from its first steps, with the time between them."""

import pytest

from isaaclab_mimic_core.events import Progress
from isaaclab_mimic_core.stages.duration import Duration


def test_time_without_progress_belongs_to_the_next_progress():
    duration = Duration()
    duration.add(0.0, 50.0)
    duration.add(0.1, 1.0)
    # Blocks of an epoch of ten steps: two slices of reading, then the steps.
    for _ in range(20):
        for _ in range(2):
            duration.add(0.0, 2.0)
        for _ in range(10):
            duration.add(0.1, 0.1, 1)
    left = duration.left(Progress(21, 41, "epochs"))
    assert left == pytest.approx(20 * 5.0, rel=0.02)


def test_ten_steps_are_waited_for_or_a_minute():
    fast, slow, bare = Duration(), Duration(), Duration()
    # The first one compiles.
    assert not any(each.add(0.01, 30.0, 1) for each in (fast, slow)) and not bare.add(0.01, 30.0)
    assert [fast.add(0.01, 0.5, 1) for _ in range(12)] == [False] * 9 + [True] + [False] * 2
    assert [slow.add(0.01, 25.0, 1) for _ in range(4)] == [False, False, True, False]
    assert fast.seconds_per_step == pytest.approx(0.5) and slow.seconds_per_step == pytest.approx(25.0)
    # What is no step is not said to take the time of one.
    assert [bare.add(0.01, 0.1) for _ in range(11)] == [False] * 9 + [True, False] and bare.seconds_per_step == 0.0
    assert slow.left(Progress(0, 10, "epochs", 0.05)) == pytest.approx(9.95 / 0.01 * 25.0)
