# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A stacking task, its robot, device, planner and learner: importing this, as `--import` does, registers all."""

from isaaclab_mimic_core.plugins import (
    register_device,
    register_learner,
    register_planner,
    register_robot,
    register_task,
)

from .plugin import DEVICE, LEARNER, PLANNER, ROBOT
from .task import TASK, register_plain

register_task(TASK)
register_robot(ROBOT)
register_device(DEVICE)
register_planner(PLANNER)
register_learner(LEARNER)
register_plain()
