# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Results are handed on in the order of their numbers."""

from isaaclab_mimic_core.stages.files.in_order import InOrder


def test_results_wait_for_those_before_them():
    results: InOrder[str] = InOrder()
    results.put(1, "b")
    assert results.take() == [] and (results.taken, results.waiting) == (0, 1)
    results.put(0, "a")
    assert results.take() == ["a", "b"] and (results.taken, results.waiting) == (2, 0)


def test_nothing_waits_for_one_that_does_not_come():
    results: InOrder[str] = InOrder()
    results.put(1, "b")
    results.put(3, "d")
    results.skip(0)
    assert results.take() == ["b"]
    results.skip(2)
    assert results.take() == ["d"]
