# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A task's Mimic configuration: what a demonstration is made of, and how new ones are made from it.

Each class is a subclass of the one of its name in isaaclab.envs.mimic_env_cfg (Isaac Lab 3.0.0), with the same fields
and defaults, so upstream's tools take ours; our generator takes upstream's as well. What ours add: a value that cannot
work is refused where it is written, by field and value, and once more when the environment is made, for what was
changed in between.
"""

import torch
from isaaclab.envs import mimic_env_cfg as upstream
from isaaclab.envs.mimic_env_cfg import SubTaskConstraintCoordinationScheme, SubTaskConstraintType
from isaaclab.managers.recorder_manager import RecorderManagerBaseCfg
from isaaclab.utils import configclass

from ..datagen import config_checks
from ..datagen.config import read_constraints

__all__ = [
    "DataGenConfig",
    "MimicEnvCfg",
    "SubTaskConfig",
    "SubTaskConstraintConfig",
    "SubTaskConstraintCoordinationScheme",
    "SubTaskConstraintType",
]


@configclass
class DataGenConfig(upstream.DataGenConfig):
    """How a run generates.

    Upstream's scripts read all fields. `mimic generate` takes how many, when to stop, the seed and what to keep from
    its own options, and from here what belongs to the task: the fields from `generation_select_src_per_subtask` on.
    Upstream declares `source_dataset_path`, `generation_path` and `task_name` too, which nothing reads.

    Raises:
        ConfigError: A value means nothing; names field and value.
    """

    name: str = "demo"
    """The task's name among data sets; a label."""
    generation_guarantee: bool = True
    """True: go on until `generation_num_trials` attempts have succeeded. False: make so many attempts.
    `mimic generate` always goes on until --num-demos have succeeded."""
    generation_keep_failed: bool = False
    """Write failed attempts too, into a second file. For `mimic generate`: --keep-failed."""
    max_num_failures: int | None = None
    """Give up after so many failed attempts [attempts]; None for never. For `mimic generate`: --max-failures."""
    seed: int = 1
    """Decides all that is random in a run; 0 or more. For `mimic generate`: --seed."""
    generation_num_trials: int = 10
    """How many demonstrations (or attempts, see `generation_guarantee`). For `mimic generate`: --num-demos."""
    generation_select_src_per_subtask: bool = False
    """True: choose a source demonstration anew for every subtask. False: keep an attempt's first one to its end."""
    generation_select_src_per_arm: bool = False
    """True: every end effector chooses its own source. False: subtasks of the same number share
    one. Subtasks that a COORDINATION joins share one either way."""
    generation_transform_first_robot_pose: bool = False
    """True: every segment is preceded by the pose that the source's end effector really had at its start, moved with
    the segment. False: only the first one is."""
    generation_interpolate_from_last_target_pose: bool = True
    """True: interpolation to a segment starts from the last target pose. False, and in the first subtask: from the
    pose that was reached."""
    use_skillgen: bool = False
    """Let a motion planner plan the paths between segments, which then begin at the demonstrations' start signals."""
    use_navigation_controller: bool = False
    """Let a controller of the robot's base join in. `mimic generate` refuses True."""

    def __post_init__(self):
        self.validate_config()

    def validate_config(self) -> None:
        """Refuse values that mean nothing; Isaac Lab calls this when an environment is made."""
        config_checks.check_datagen(self, type(self).__name__)


@configclass
class SubTaskConfig(upstream.SubTaskConfig):
    """One subtask of one end effector: a segment of a source demonstration that moves with one object.

    Raises:
        ConfigError: A value cannot be followed; names field and value.
    """

    object_ref: str | None = None
    """The object that the segment is moved with, by its name in the scene. None: it stays where it was."""
    subtask_term_signal: str | None = None
    """The segment ends where this signal first changes in a source demonstration. None: it runs to the end, as the
    last subtask's does, whatever its signal."""
    selection_strategy: str = "random"
    """Which source demonstration is followed. `random`: any. `nearest_neighbor_object`: one whose object lay, at the
    segment's start, as it does now. `nearest_neighbor_robot_distance`: one that leaves the end effector least far to
    go. The last two need an `object_ref`."""
    selection_strategy_kwargs: dict = {}
    """Of the nearest-neighbour strategies. `nn_k`: choose among so many nearest ones [demonstrations, at least 1; 3
    unless given]. `pos_weight` [1/m], `rot_weight` [1/rad]: what distance and angle count; 1 unless given."""
    first_subtask_start_offset_range: tuple = (0, 0)
    """Of an end effector's first subtask: its segment begins so many steps later, at random between least and most
    [steps]; varies the start."""
    subtask_start_offset_range: tuple = (0, 0)
    """With `use_skillgen`: how far a segment's start is shifted from its start signal, at random between least and
    most [steps]."""
    subtask_term_offset_range: tuple = (0, 0)
    """How far a segment's end, and the next one's start, is shifted from where the signal changes, at random between
    least and most [steps]; negative is earlier. (0, 0) for the last subtask."""
    action_noise: float = 0.03
    """Standard deviation of the Gaussian noise on the part of an action that moves the end effector [units of the
    action, before the environment scales it]. More varies the data more, and fails more."""
    num_interpolation_steps: int = 5
    """Waypoints of the interpolation to the segment [steps]. Fewer are faster, and jerkier over long distances."""
    num_fixed_steps: int = 0
    """Steps that the end effector waits at the segment's first pose, once it is led there [steps]."""
    apply_noise_during_interpolation: bool = False
    """True: noise during the interpolation to the segment too. False: only within the segment."""
    description: str = ""
    """What to do, in words: shown to whoever demonstrates."""
    next_subtask_description: str = ""
    """What comes next, in words: shown once this subtask is done."""

    def __post_init__(self):
        self.validate_config()

    def validate_config(self) -> None:
        """Refuse values that cannot be followed; Isaac Lab calls this when an environment is made."""
        config_checks.check_subtask(self, type(self).__name__)


@configclass
class SubTaskConstraintConfig(upstream.SubTaskConstraintConfig):
    """How two subtasks of two end effectors depend on each other.

    Raises:
        ConfigError: No task could fulfil it; names field and value.
    """

    eef_subtask_constraint_tuple: list[tuple[str, int]] = (("", 0), ("", 0))  # pyright: ignore[reportAssignmentType]
    """The two subtasks: each an end effector's name and the number of its subtask, from 0. Has to be given. For
    SEQUENTIAL the second waits for the first."""
    constraint_type: SubTaskConstraintType | None = None
    """SEQUENTIAL: one waits until the other is done. COORDINATION: both run in step, from one source demonstration.
    Has to be given."""
    sequential_min_time_diff: int = -1
    """SEQUENTIAL: the second subtask runs until so many steps of it are left, then waits [steps]. -1: it waits before
    it begins, and its source is chosen anew when the wait ends."""
    coordination_scheme: SubTaskConstraintCoordinationScheme = SubTaskConstraintCoordinationScheme.REPLAY
    """COORDINATION: how both segments are moved. REPLAY: not at all. TRANSFORM: as the object of the end effector that
    begins first was moved. TRANSLATE: the same, without its rotation. The last two need an `object_ref`."""
    coordination_scheme_pos_noise_scale: float = 0.0
    """COORDINATION: the motion is shifted along each axis at random by at most so much, alike for both [m]."""
    coordination_scheme_rot_noise_scale: float = 0.0
    """COORDINATION: the motion is turned about each axis at random by at most so much, alike for both [rad]."""
    coordination_synchronize_start: bool = False
    """COORDINATION: True: whoever is there first waits until the other begins too. Both end together either way."""

    def __post_init__(self):
        self.validate_config()

    def validate_config(self) -> None:
        """Refuse what no task could fulfil; Isaac Lab calls this when an environment is made."""
        config_checks.check_constraint(self, type(self).__name__)


@configclass
class MimicEnvCfg(upstream.MimicEnvCfg):
    """What a task's configuration inherits from beside `ManagerBasedRLEnvCfg`. Takes upstream's instances too.

    Raises:
        ConfigError: Subtasks or constraints contradict each other; names which, field and value. Configurations that
            set them in a `__post_init__` of their own are checked when the environment is made.
    """

    datagen_config: upstream.DataGenConfig = DataGenConfig()
    """How a run generates."""
    subtask_configs: dict[str, list[upstream.SubTaskConfig]] = {}
    """End effector's name -> its subtasks in order. Names and their order are those of the environment's class."""
    task_constraint_configs: list[upstream.SubTaskConstraintConfig] = []
    """What subtasks of different end effectors have to do with each other; at most one constraint holds one back."""
    mimic_recorder_config: RecorderManagerBaseCfg | None = None
    """What upstream's scripts record, beside actions and states; None for their default. `mimic` does not read it."""

    def __post_init__(self):
        # A task may set its subtasks later.
        if self.subtask_configs:
            self.validate_config()

    def validate_config(self) -> None:
        """Refuse subtasks and constraints that contradict each other; called when an environment is made."""
        config_checks.check_datagen(self.datagen_config, "datagen_config")
        config_checks.check_subtasks(self.subtask_configs)
        read_constraints(self, torch.device("cpu"))
