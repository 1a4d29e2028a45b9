# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Registries of tasks, robots, devices, planners and learners; those shipped here are registered by the same calls.

    from isaaclab_mimic_core.plugins import TaskSpec, register_task

    register_task(TaskSpec("My-Stack-Mimic-v0", "My arm stacks three cubes", local_assets="my_package.scene:build"))

Make such a call in a module named by `--import` or `MIMIC_IMPORT`; in a module, or function, that an installed package
names as an entry point (groups `isaaclab_mimic.tasks`, `.robots`, `.devices`, `.planners`, `.learners`; the entry point
may also be a spec); or in the `on_startup` of a Kit extension, whose `on_shutdown` calls `unregister_task`.
Neither this package nor a registration imports torch or Isaac Lab.

- `specs.py`: the specs and their fields. `registry.py`: the registries. `loading.py`: find and import plug-ins.
- `carrying.py`: pass registered specs to worker processes.
"""

from .loading import (
    DEVICES,
    LEARNERS,
    PLANNERS,
    REGISTRIES,
    ROBOTS,
    TASKS,
    VARIABLE,
    Problem,
    environment_for_workers,
    imports,
    load,
    loaded,
    on_problem,
    problems,
    restored,
    use_imports,
)
from .registry import Registry
from .specs import (
    GAMEPAD,
    KEYS,
    DeviceSpec,
    LearnerSpec,
    PlannerSpec,
    Reference,
    RobotSpec,
    Spec,
    TaskSpec,
    is_reference,
    resolve,
)

__all__ = [
    "DEVICES",
    "GAMEPAD",
    "KEYS",
    "LEARNERS",
    "PLANNERS",
    "REGISTRIES",
    "ROBOTS",
    "TASKS",
    "VARIABLE",
    "DeviceSpec",
    "LearnerSpec",
    "PlannerSpec",
    "Problem",
    "Reference",
    "Registry",
    "RobotSpec",
    "Spec",
    "TaskSpec",
    "environment_for_workers",
    "imports",
    "is_reference",
    "load",
    "loaded",
    "on_problem",
    "problems",
    "register_device",
    "register_learner",
    "register_planner",
    "register_robot",
    "register_task",
    "resolve",
    "restored",
    "unregister_device",
    "unregister_learner",
    "unregister_planner",
    "unregister_robot",
    "unregister_task",
    "use_imports",
]

register_task, unregister_task = TASKS.register, TASKS.unregister
register_robot, unregister_robot = ROBOTS.register, ROBOTS.unregister
register_device, unregister_device = DEVICES.register, DEVICES.unregister
register_planner, unregister_planner = PLANNERS.register, PLANNERS.unregister
register_learner, unregister_learner = LEARNERS.register, LEARNERS.unregister
