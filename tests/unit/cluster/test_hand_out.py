# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Who gets which numbers."""

import pytest

from isaaclab_mimic_core.cluster.hand_out import HandOut
from isaaclab_mimic_core.errors import PlatformError


def test_a_worker_gets_blocks_ahead_and_what_is_done_makes_room():
    work = HandOut(0, lanes=4)
    given = []
    while work.wants(0):
        given += work.give(0)
    assert given == list(range(8)) and work.outstanding == 8
    # Environment 0 has only one attempt left.
    work.done(0)
    assert work.wants(0) and work.give(0) == [8, 9, 10, 11]
    # An environment whose attempts take long does not let a worker hoard.
    for number in (1, 2, 3, 5, 6, 7):
        work.done(number)
    while work.wants(0):
        assert len(work.give(0)) == 4
    assert work.outstanding <= 3 * 4


def test_a_block_ends_where_environment_0_begins_again():
    work = HandOut(6, lanes=4)
    assert work.give(0) == [6, 7]
    assert work.give(1) == [8, 9, 10, 11]


def test_what_a_lost_worker_had_comes_first_and_is_given_once():
    work = HandOut(0, 10, lanes=2)
    assert work.give(0) == [0, 1] and work.give(1) == [2, 3] and work.give(0) == [4, 5]
    work.done(1)
    work.lost([0], "Start it again.")
    assert work.give(1) == [0, 4] and work.give(1) == [5] and work.give(1) == [6, 7]
    assert work.give(0) == [8, 9] and work.give(0) == []
    for number in (0, 2, 3, 4, 5, 6, 7, 8, 9):
        work.done(number)
    assert work.outstanding == 0


def test_what_ends_every_worker_is_given_up():
    work = HandOut(0, 4, lanes=2)
    assert work.give(0) == [0, 1]
    work.done(1)
    for _ in range(7):
        work.lost([0], "Start it again.")
        assert work.has_returned and work.outstanding == 1
        assert work.give(0) == [0] and not work.has_returned
    with pytest.raises(PlatformError, match=r"8 workers were lost that had number 0 to do(?s:.*)Start it again"):
        work.lost([0], "Start it again.")


def test_a_slow_worker_gets_less():
    work, done = HandOut(0, 400, lanes=4), {0: 0, 1: 0}
    running: dict[int, list[int]] = {0: [], 1: []}
    for turn in range(200):
        for worker in (0, 1):
            while work.wants(worker) and (numbers := work.give(worker)):
                running[worker] += numbers
            # Worker 1 makes four attempts at every turn, worker 0 at every third.
            if worker == 1 or turn % 3 == 0:
                for number in running[worker][:4]:
                    work.done(number)
                    running[worker].remove(number)
                    done[worker] += 1
    assert sum(done.values()) == 400
    assert 2.5 * done[0] < done[1] < 3.5 * done[0]
