# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""PhysX is started with no more worker threads than there are cores."""

import os

import pytest

from isaaclab_mimic_core.sim.repairs import physics_threads


@pytest.mark.parametrize(("cores", "asked", "given"), [(2, 8, 2), (16, 8, 8), (3, None, 3)])
def test_threads_are_bounded_by_cores(cores, asked, given, monkeypatch):
    ovphysx = pytest.importorskip("ovphysx")
    stock = ovphysx.PhysXConfig
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(cores)))
    with physics_threads.no_more_threads_than_cores():
        assert ovphysx.PhysXConfig(num_threads=asked).num_threads == given
    assert ovphysx.PhysXConfig is stock
