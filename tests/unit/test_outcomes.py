# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""An attempt's outcome, and the event that tells of it."""

import json
import math

import pytest

from isaaclab_mimic_core.events import AttemptFinished, from_json, to_json
from isaaclab_mimic_core.outcomes import AttemptOutcome, FailureCause


def test_every_cause_says_what_it_means_in_a_color_of_its_own():
    causes = [cause for cause in FailureCause if cause not in (FailureCause.NONE, FailureCause.UNKNOWN)]
    assert all(cause.meaning and cause.label for cause in causes)
    assert len({cause.color for cause in FailureCause}) == len(causes) + 1
    assert FailureCause.NOT_GRASPED.label == "not grasped" and not FailureCause.NONE


def test_files_hold_causes_by_their_values():
    assert json.dumps({FailureCause.DROPPED: FailureCause.NONE}) == '{"dropped": ""}'
    assert FailureCause("dropped") is FailureCause.DROPPED
    assert FailureCause("of a later version") is FailureCause.UNKNOWN
    with pytest.raises(ValueError, match="3 is not a valid"):
        FailureCause(3)


def test_an_outcome_comes_through_an_event_as_it_was():
    outcome = AttemptOutcome(
        4,
        1,
        False,
        90,
        FailureCause.DROPPED,
        "arm/1",
        sources={"arm": [0, 2]},
        placement={"cube": [0.123456, 0.2, 0.3], "gone": [math.nan, 0.0, 0.0]},
        segments={"arm": [[0, 20], [20, 41]]},
        retries=2,
        flagged=True,
    )
    event = from_json(to_json(AttemptFinished.of(outcome)))
    assert isinstance(event, AttemptFinished) and isinstance(event, AttemptOutcome)
    assert event.cause is FailureCause.DROPPED and event.segments == outcome.segments
    assert event.placement == {"cube": [0.1235, 0.2, 0.3]}, "rounded, and nothing that JSON cannot say"
    assert (event.sources, event.retries, event.flagged) == (outcome.sources, 2, True)
