# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Statistics of sources during a run, and their use in selection."""

from dataclasses import replace

import pytest
import torch
from kinematic import KinematicStackEnv, run_attempts, scripted_demonstrations
from scripted_env import random_poses

from isaaclab_mimic_core.datagen.config import read_subtasks
from isaaclab_mimic_core.datagen.config_checks import STRATEGIES
from isaaclab_mimic_core.datagen.diversity import evenness
from isaaclab_mimic_core.datagen.settings import Settings
from isaaclab_mimic_core.datagen.sources.bank import make_bank
from isaaclab_mimic_core.datagen.sources.selection import select
from isaaclab_mimic_core.datagen.sources.statistics import SourceStatistics


def make_statistics() -> tuple[SourceStatistics, int]:
    env = KinematicStackEnv(1)
    subtasks = read_subtasks(env.cfg, env.object_names, env.device)
    bank = make_bank(scripted_demonstrations(), env, subtasks)
    return SourceStatistics(subtasks, bank), bank.num_demos


def test_nothing_known_means_all_alike():
    statistics, count = make_statistics()
    nearness = torch.zeros(2, count, dtype=torch.long)
    weights = statistics.preference(0, torch.tensor([0, 1]), nearness)
    torch.testing.assert_close(weights, weights[:, :1].expand_as(weights))


def test_a_source_that_fails_is_taken_less_often_but_never_dies_out():
    statistics, count = make_statistics()
    sources = torch.zeros(60, 1, 4, dtype=torch.long)
    sources[30:] = 1
    nearness = torch.zeros_like(sources)
    first = torch.zeros(60, 1, 4, dtype=torch.bool)
    first[:30, 0, 0] = True
    statistics.count(sources, nearness, first, won=False)
    statistics.count(sources, nearness, first.flip(0), won=True)
    near = torch.zeros(1, count, dtype=torch.long)
    weights = statistics.preference(0, torch.tensor([0]), near)[0]
    assert weights[0] < weights[2] < weights[1]
    assert weights[0] / weights.sum() > 0.1 / count
    # Only there: another subtask and another distance know nothing of it.
    for subtask, apart in ((1, 0), (0, 2)):
        other = statistics.preference(0, torch.tensor([subtask]), near + apart)[0]
        torch.testing.assert_close(other, other[:1].expand_as(other))


def test_nearness_classes_are_filled_alike_between_the_sources():
    """Distances between the sources' own starts fall into each of the three classes about equally often."""
    env = KinematicStackEnv(1)
    subtasks = read_subtasks(env.cfg, env.object_names, env.device)
    bank = make_bank(scripted_demonstrations(), env, subtasks)
    statistics = SourceStatistics(subtasks, bank)
    start = bank.object_pose[torch.arange(bank.num_demos), subtasks.object_index[0, 0], bank.bounds[:, 0, 0, 0]]
    subtask = torch.zeros(bank.num_demos, dtype=torch.long)
    near = statistics.nearness(0, subtask, start, start.expand(bank.num_demos, -1, -1, -1))
    assert (near.diagonal() == 0).all()
    apart = near[~torch.eye(bank.num_demos, dtype=torch.bool)]
    counts = torch.bincount(apart, minlength=3).float() / len(apart)
    assert (counts > 0.2).all() and (counts < 0.5).all()


def test_selection_follows_weights_among_the_nearest_only():
    torch.manual_seed(0)
    now, then = random_poses().expand(4000, 4, 4), random_poses(6)
    draw = (torch.arange(4000) + 0.5) / 4000
    ones, rows = torch.ones(4000), 4000
    arguments = (torch.full((rows,), STRATEGIES.index("nearest_neighbor_object")), torch.full((rows,), 3), ones, ones)
    plain = select(*arguments, now, then.expand(rows, -1, -1, -1), None, None, draw)
    allowed = plain.unique()
    assert len(allowed) == 3
    preference = torch.full((rows, 6), 1.0)
    preference[:, allowed[0]] = 8.0
    chosen = select(*arguments, now, then.expand(rows, -1, -1, -1), None, None, draw, preference=preference)
    share = torch.bincount(chosen, minlength=6) / rows
    assert set(chosen.unique().tolist()) == set(allowed.tolist())
    torch.testing.assert_close(share[allowed[0]], torch.tensor(0.8), atol=1e-3, rtol=0.0)
    alike = select(*arguments, now, then.expand(rows, -1, -1, -1), None, None, draw, preference=torch.ones(rows, 6))
    assert torch.equal(alike, plain)


def test_evenness():
    assert evenness({}, 4) == 0.0
    assert evenness({2: 20}, 4) == 0.0
    assert evenness({0: 5, 1: 5, 2: 5, 3: 5}, 4) == pytest.approx(1.0)
    assert evenness({0: 5, 1: 5}, 4) == pytest.approx(0.5)


def test_same_seed_and_environments_same_attempts_when_learning(make_generator):
    """What is learned comes from the attempts alone, so two runs agree to the bit; and it does change choices."""

    def outcomes(learns: bool) -> list:
        ended: list = []
        env = KinematicStackEnv(8)
        settings = replace(Settings(), learn_sources=learns)
        run_attempts(env, make_generator(env, settings), 48, 3, lambda action: None, ended.extend)
        return ended

    first, second, plain = outcomes(True), outcomes(True), outcomes(False)
    assert first == second
    assert [outcome.sources for outcome in first] != [outcome.sources for outcome in plain]
