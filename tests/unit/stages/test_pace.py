# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

import pytest

from isaaclab_mimic_core.stages.pace import Pace


def run(pace: Pace, took: list[float], start: float = 100.0) -> list[float]:
    """Step when it is due; each step takes so long. Returns when the steps began."""
    now, begun = start, []
    for seconds in took:
        now = max(now, pace.due)
        pace.tick(now)
        begun.append(now)
        now += seconds
    return begun


def test_steps_keep_their_distance():
    begun = run(Pace(20.0), [0.01] * 5)
    assert begun == pytest.approx([100.0, 100.05, 100.1, 100.15, 100.2])


def test_a_late_step_is_not_made_up_for():
    """After a step of 0.3 s the next ones are as far apart as ever."""
    begun = run(Pace(20.0), [0.01, 0.3, 0.01, 0.01, 0.01])
    assert begun == pytest.approx([100.0, 100.05, 100.35, 100.4, 100.45])


def test_a_little_late_keeps_the_rate():
    pace = Pace(20.0)
    for now in (100.0, 100.06, 100.1):
        pace.tick(now)
    assert pace.due == pytest.approx(100.15)


def test_jitter_is_the_distance_from_the_period():
    pace = Pace(10.0)
    now = 0.0
    for interval in [0.1] * 98 + [0.15, 0.2]:
        pace.tick(now)
        now += interval
    pace.tick(now)
    figures = pace.figures()
    assert figures["jitter_mean_ms"] == pytest.approx((50 + 100) / 100, abs=0.01)
    assert figures["jitter_p99_ms"] == pytest.approx(50, abs=0.01)
    assert figures["rate_hz"] == pytest.approx(100 / 10.15, abs=0.01)


def test_rest_counts_for_nothing():
    pace = Pace(10.0)
    run(pace, [0.0] * 3)
    pace.rest()
    begun = run(pace, [0.0] * 3, start=500.0)
    assert begun == pytest.approx([500.0, 500.1, 500.2])
    assert pace.figures() == {"rate_hz": 10.0, "jitter_mean_ms": 0.0, "jitter_p99_ms": 0.0}


@pytest.mark.parametrize(("seconds", "slow"), [(0.02, False), (0.049, False), (0.08, True)])
def test_a_slow_machine_is_told_from_a_fast_one(seconds, slow):
    pace = Pace(20.0)
    run(pace, [seconds] * 61)
    assert pace.too_slow is slow


def test_without_a_rate_every_step_is_due():
    pace = Pace(0.0)
    begun = run(pace, [0.01] * 3)
    assert begun == pytest.approx([100.0, 100.01, 100.02]) and not pace.too_slow
    assert pace.figures() == {"rate_hz": 100.0}
