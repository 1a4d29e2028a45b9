# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The learners that come with this package. Nothing heavy is imported here."""

from ..plugins import LearnerSpec, register_learner

_ROBOMIMIC = LearnerSpec(
    "robomimic", "robomimic 0.3.0", learner="isaaclab_mimic_core.learning.robomimic.learner:RobomimicLearner"
)


def register() -> None:
    """Register all of them."""
    register_learner(_ROBOMIMIC)
