# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The keys of a descriptor: the field of Isaac Lab's configuration that each stands for, and its default.

Defaults are AutoData's. Where they differ from Isaac Lab's, a file means the same in both programs.
"""

from typing import Any

ALGOS = ("mimicgen", "dexmimicgen", "skillgen")
"""Names of the algorithm: one end effector, several, or planned paths between segments."""

POLICY: dict[str, tuple[str, Any]] = {
    "name": ("name", "demo"),
    "seed": ("seed", 1),
    "num_trials": ("generation_num_trials", 10),
    "guarantee_success": ("generation_guarantee", True),
    "keep_failed": ("generation_keep_failed", False),
    "max_num_failures": ("max_num_failures", None),
    "use_skillgen": ("use_skillgen", False),
    "use_navigation_controller": ("use_navigation_controller", False),
    "select_src_per_subtask": ("generation_select_src_per_subtask", False),
    "select_src_per_arm": ("generation_select_src_per_arm", False),
    "transform_first_robot_pose": ("generation_transform_first_robot_pose", False),
    "interpolate_from_last_target_pose": ("generation_interpolate_from_last_target_pose", True),
}
"""Key of `generation_policy` -> field of `DataGenConfig`, default."""

RUN: dict[str, str] = {
    "seed": "seed",
    "num_trials": "num_demos",
    "guarantee_success": "",
    "keep_failed": "keep_failed",
    "max_num_failures": "max_failures",
}
"""Key of `generation_policy` that is about a run -> the option of `mimic generate` that decides; "" for none."""

ELSEWHERE: dict[str, tuple[Any, str]] = {
    "source_dataset_path": (None, "Give it as --input."),
    "generation_path": (None, "Give it as --output."),
    "task_name": (None, "Give it as env, or as --task."),
    "reset_settling_steps": (0, "Add an event to the environment's resets, or leave it out."),
}
"""Keys of AutoData's `generation_policy` without effect here -> the value they may have, and what to do instead."""

SUBTASK: dict[str, tuple[str, Any]] = {
    "object_ref": ("object_ref", None),
    "description": ("description", ""),
    "next_subtask_description": ("next_subtask_description", ""),
    "subtask_term_signal": ("subtask_term_signal", None),
    "selection_strategy": ("selection_strategy", "random"),
    "selection_strategy_kwargs": ("selection_strategy_kwargs", {}),
    "first_subtask_start_offset_range": ("first_subtask_start_offset_range", (0, 0)),
    "subtask_start_offset_range": ("subtask_start_offset_range", (0, 0)),
    "subtask_term_offset_range": ("subtask_term_offset_range", (0, 0)),
    "action_noise": ("action_noise", 0.0),
    "num_interpolation_steps": ("num_interpolation_steps", 0),
    "num_fixed_steps": ("num_fixed_steps", 0),
    "apply_noise_during_interpolation": ("apply_noise_during_interpolation", False),
}
"""Key of a subtask -> field of `SubTaskConfig`, default."""

FRAME: dict[str, tuple[str, Any]] = {
    "parent": ("parent", None),
    "pos": ("pos", (0.0, 0.0, 0.0)),
    "rot": ("rot", (0.0, 0.0, 0.0, 1.0)),
}
"""Key of a frame -> field of `FrameConfig`, default; AutoData has no frames."""

CONSTRAINT: dict[str, tuple[str, Any]] = {
    "constraint_type": ("constraint_type", None),
    "eef_subtask_constraint_tuple": ("eef_subtask_constraint_tuple", None),
    "sequential_min_time_diff": ("sequential_min_time_diff", -1),
    "coordination_scheme": ("coordination_scheme", "replay"),
    "coordination_scheme_pos_noise_scale": ("coordination_scheme_pos_noise_scale", 0.0),
    "coordination_scheme_rot_noise_scale": ("coordination_scheme_rot_noise_scale", 0.0),
    "coordination_synchronize_start": ("coordination_synchronize_start", False),
}
"""Key of a constraint -> field of `SubTaskConstraintConfig`, default."""

TYPES = ("sequential", "coordination")
"""Values of `constraint_type`, in the order of upstream's enum."""
SCHEMES = ("replay", "transform", "translate")
"""Values of `coordination_scheme`, in the order of upstream's enum."""
