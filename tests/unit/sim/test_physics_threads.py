# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""PhysX is started with no more worker threads than there are cores."""

import os
from collections.abc import Iterator

import pytest

from isaaclab_mimic_core.sim.repairs.physics_threads import no_more_threads_than_cores


@pytest.fixture
def one_core() -> Iterator[None]:
    """Let this process use one core only, for a while."""
    usable = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(usable)})
    yield
    os.sched_setaffinity(0, usable)


@pytest.mark.parametrize("asked", [8, 1, None])
def test_threads_are_bounded_by_cores(asked, one_core):
    ovphysx = pytest.importorskip("ovphysx")
    stock = ovphysx.PhysXConfig
    with no_more_threads_than_cores():
        assert ovphysx.PhysXConfig(num_threads=asked).num_threads == 1
    assert ovphysx.PhysXConfig is stock


def test_processes_that_share_a_machine_keep_to_their_part(monkeypatch):
    ovphysx = pytest.importorskip("ovphysx")
    for given, threads in (("1", 1), ("10000", len(os.sched_getaffinity(0))), ("0", 1)):
        monkeypatch.setenv("OMP_NUM_THREADS", given)
        with no_more_threads_than_cores():
            assert ovphysx.PhysXConfig(num_threads=8).num_threads == threads


def test_no_more_are_started_than_asked_for(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    ovphysx = pytest.importorskip("ovphysx")
    with no_more_threads_than_cores():
        assert ovphysx.PhysXConfig(num_threads=1).num_threads == 1
        assert ovphysx.PhysXConfig(num_threads=10_000).num_threads == len(os.sched_getaffinity(0))
