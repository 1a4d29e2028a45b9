# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Give an environment's configuration what a descriptor says."""

from typing import Any

from .reading import Descriptor


def apply(descriptor: Descriptor, cfg: Any) -> None:
    """Set the Mimic configuration of an environment; a `ManagerBasedRLEnvCfg` need not have one before.

    Args:
        descriptor: What to set.
        cfg: The configuration; it gets the fields of `MimicEnvCfg`.
    """
    from ...envs.mimic_cfg import (
        DataGenConfig,
        FrameConfig,
        SubTaskConfig,
        SubTaskConstraintConfig,
        SubTaskConstraintCoordinationScheme,
        SubTaskConstraintType,
    )

    subtasks = {eef: [SubTaskConfig(**each) for each in listed] for eef, listed in descriptor.subtasks.items()}
    enums = {
        "constraint_type": SubTaskConstraintType,
        "coordination_scheme": SubTaskConstraintCoordinationScheme,
    }
    constraints = [
        SubTaskConstraintConfig(**{field: enums.get(field, _same)(value) for field, value in each.items()})
        for each in descriptor.constraints
    ]
    fields = {
        "datagen_config": DataGenConfig(**descriptor.policy),
        "subtask_configs": subtasks,
        "task_constraint_configs": constraints,
        "frame_configs": {name: FrameConfig(**each) for name, each in descriptor.frames.items()},
    }
    for field, value in fields.items():
        setattr(cfg, field, value)


def _same(value: Any) -> Any:
    return value
