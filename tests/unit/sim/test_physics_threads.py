# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""PhysX is started with as many worker threads as help."""

import os

import pytest

from isaaclab_mimic_core.sim.repairs.physics_threads import fitting_threads

MANY = 64
"""Environments."""


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)))


def threads(num_envs: int, asked: int | None = 8) -> int:
    ovphysx = pytest.importorskip("ovphysx")
    stock = ovphysx.PhysXConfig
    with fitting_threads(num_envs):
        made = ovphysx.PhysXConfig(num_threads=asked)
    assert ovphysx.PhysXConfig is stock
    return made.num_threads


@pytest.mark.parametrize(("asked", "started"), [(8, 8), (100, 8), (3, 3), (0, 0), (None, 8)])
def test_no_more_are_started_than_asked_for_or_cores_are_there(asked, started):
    assert threads(MANY, asked) == started


@pytest.mark.parametrize(("cores", "started"), [(1, 0), (2, 2), (3, 3)])
def test_a_single_core_is_left_to_the_thread_that_asks(cores, started, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(cores)))
    assert threads(MANY) == started


def test_few_environments_are_simulated_by_the_thread_that_asks():
    assert threads(1) == threads(32) == 0 and threads(33) == 8


@pytest.mark.parametrize(("given", "started"), [("1", 0), ("4", 4), ("10000", 8), ("0", 0), ("many", 8)])
def test_processes_that_share_a_machine_keep_to_their_part(given, started, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", given)
    assert threads(MANY) == started
