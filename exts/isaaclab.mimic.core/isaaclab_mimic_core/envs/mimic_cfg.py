# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A task's Mimic configuration: what a demonstration is made of, and how new ones are made from it.

Each class is a subclass of the one of its name in isaaclab.envs.mimic_env_cfg (Isaac Lab 3.0.0), with the same fields
and defaults, so upstream's tools accept them; our generator also accepts upstream's. Ours add a check: a value that
cannot work is refused, with field and value, when the object is made and again when the environment is made.
"""

from isaaclab.envs import mimic_env_cfg as upstream
from isaaclab.envs.mimic_env_cfg import SubTaskConstraintCoordinationScheme, SubTaskConstraintType
from isaaclab.managers.recorder_manager import RecorderManagerBaseCfg
from isaaclab.utils import configclass

from ..datagen import config_checks
from ..datagen.config import read_frames

__all__ = [
    "DataGenConfig",
    "FrameConfig",
    "MimicEnvCfg",
    "SubTaskConfig",
    "SubTaskConstraintConfig",
    "SubTaskConstraintCoordinationScheme",
    "SubTaskConstraintType",
]


@configclass
class DataGenConfig(upstream.DataGenConfig):
    """Settings of generation.

    Upstream's scripts read all fields. `mimic generate` has its own options for the number of demonstrations, limits,
    seed and failed attempts. It reads the settings of the task: the fields from `generation_select_src_per_subtask` on.
    Upstream declares `source_dataset_path`, `generation_path` and `task_name` too, which nothing reads.

    Raises:
        ConfigError: A value is invalid; names field and value.
    """

    name: str = "demo"
    """The task's name among data sets; a label."""
    generation_guarantee: bool = True
    """True: go on until `generation_num_trials` attempts have succeeded. False: make that many attempts.
    `mimic generate` always goes on until --num-demos have succeeded."""
    generation_keep_failed: bool = False
    """Write failed attempts too, into a second file. For `mimic generate`: --keep-failed."""
    max_num_failures: int | None = None
    """Give up after this many failed attempts [attempts]; None for never. For `mimic generate`: --max-failures."""
    seed: int = 1
    """Seed of everything random in a run; 0 or more. For `mimic generate`: --seed."""
    generation_num_trials: int = 10
    """Number of demonstrations (or attempts, see `generation_guarantee`). For `mimic generate`: --num-demos."""
    generation_select_src_per_subtask: bool = False
    """True: select a source demonstration for every subtask. False: keep an attempt's first one to its end."""
    generation_select_src_per_arm: bool = False
    """True: every end effector selects its own source. False: subtasks of the same number share one. Subtasks in a
    COORDINATION always share one."""
    generation_transform_first_robot_pose: bool = False
    """True: the actual pose of the source's end effector at the start of a segment precedes every segment, transformed
    with it. False: only the first one."""
    generation_interpolate_from_last_target_pose: bool = True
    """True: interpolation to a segment starts from the last target pose. False, and in the first subtask: from the
    pose that was reached."""
    use_skillgen: bool = False
    """Let a motion planner plan the paths between segments, which then begin at the demonstrations' start signals."""
    use_navigation_controller: bool = False
    """Use a controller of the robot's base. `mimic generate` refuses True."""

    def __post_init__(self):
        self.validate_config()

    def validate_config(self) -> None:
        """Refuse values that mean nothing; Isaac Lab calls this when an environment is made."""
        config_checks.check_datagen(self, type(self).__name__)


@configclass
class SubTaskConfig(upstream.SubTaskConfig):
    """One subtask of one end effector: a segment of a source demonstration, transformed with one object.

    Raises:
        ConfigError: A value cannot be followed; names field and value.
    """

    object_ref: str | None = None
    """Name of the object in the scene, or of the frame in `frame_configs`, that the segment is transformed with.
    None: the segment is not transformed."""
    subtask_term_signal: str | None = None
    """The segment ends where this signal first changes in a source demonstration. None: it runs to the end, as the
    last subtask's does, whatever its signal."""
    selection_strategy: str = "random"
    """How the source demonstration is selected. `random`: any. `nearest_neighbor_object`: by the distance between the
    object's pose now and at the segment's start. `nearest_neighbor_robot_distance`: by the distance from the end
    effector to the transformed segment. The last two need an `object_ref`."""
    selection_strategy_kwargs: dict = {}
    """For the nearest-neighbour strategies. `nn_k`: number of nearest demonstrations to select from [demonstrations, at
    least 1; default 3]. `pos_weight` [1/m], `rot_weight` [1/rad]: weights of distance and angle; default 1."""
    first_subtask_start_offset_range: tuple = (0, 0)
    """For an end effector's first subtask: its segment begins this many steps later, at random between the two bounds
    [steps]."""
    subtask_start_offset_range: tuple = (0, 0)
    """With `use_skillgen`: shift of a segment's start from its start signal, at random between the two bounds
    [steps]."""
    subtask_term_offset_range: tuple = (0, 0)
    """Shift of a segment's end, and of the next one's start, from the change of the signal, at random between the two
    bounds [steps]; negative is earlier. (0, 0) for the last subtask."""
    action_noise: float = 0.03
    """Standard deviation of the Gaussian noise on the part of an action that moves the end effector [units of the
    action, before the environment scales it]. More noise gives more varied data, and more failures."""
    num_interpolation_steps: int = 5
    """Waypoints of the interpolation to the segment [steps]. Fewer are faster, and jerkier over long distances."""
    num_fixed_steps: int = 0
    """Steps for which the end effector waits at the segment's first pose, after the interpolation [steps]."""
    apply_noise_during_interpolation: bool = False
    """True: noise during the interpolation to the segment too. False: only within the segment."""
    description: str = ""
    """What to do, in words: shown to a person who demonstrates."""
    next_subtask_description: str = ""
    """What comes next, in words: shown to a person who demonstrates."""

    def __post_init__(self):
        self.validate_config()

    def validate_config(self) -> None:
        """Refuse values that cannot be followed; Isaac Lab calls this when an environment is made."""
        config_checks.check_subtask(self, type(self).__name__)


@configclass
class FrameConfig:
    """A place with a name, which subtasks can refer to as to an object: a goal that is fixed, a slot of a bin.

    Upstream has no such class; its subtasks refer to objects or to nothing.

    Raises:
        ConfigError: It is no place; names field and value.
    """

    parent: str | None = None
    """Name in the scene of the asset that the place is fixed to. None: it is fixed in the environment."""
    pos: tuple = (0.0, 0.0, 0.0)
    """Origin in the parent's frame, or in the environment's [m]."""
    rot: tuple = (0.0, 0.0, 0.0, 1.0)
    """Orientation in that frame: quaternion (x, y, z, w)."""

    def __post_init__(self):
        self.validate_config()

    def validate_config(self) -> None:
        """Refuse what is no place; Isaac Lab calls this when an environment is made."""
        config_checks.check_frame(self, "frame", type(self).__name__)


@configclass
class SubTaskConstraintConfig(upstream.SubTaskConstraintConfig):
    """How two subtasks of two end effectors depend on each other.

    Raises:
        ConfigError: No task could fulfil it; names field and value.
    """

    eef_subtask_constraint_tuple: list[tuple[str, int]] = (("", 0), ("", 0))  # pyright: ignore[reportAssignmentType]
    """The two subtasks: each an end effector's name and the number of its subtask, from 0. Required. With SEQUENTIAL
    the second waits for the first."""
    constraint_type: SubTaskConstraintType | None = None
    """SEQUENTIAL: one waits until the other is done. COORDINATION: both run in step, from one source demonstration.
    Has to be given."""
    sequential_min_time_diff: int = -1
    """SEQUENTIAL: the second subtask runs until this many of its steps are left, then waits [steps]. -1: it waits
    before it begins, and its source is selected again when the wait ends."""
    coordination_scheme: SubTaskConstraintCoordinationScheme = SubTaskConstraintCoordinationScheme.REPLAY
    """COORDINATION: how both segments are transformed. REPLAY: not at all. TRANSFORM: with the object of the end
    effector that begins first. TRANSLATE: the same, without rotation. The last two need an `object_ref`."""
    coordination_scheme_pos_noise_scale: float = 0.0
    """COORDINATION: largest random shift along each axis, the same for both [m]."""
    coordination_scheme_rot_noise_scale: float = 0.0
    """COORDINATION: largest random rotation about each axis, the same for both [rad]."""
    coordination_synchronize_start: bool = False
    """COORDINATION: True: the first of the two waits until the other begins. Both end together in any case."""

    def __post_init__(self):
        self.validate_config()

    def validate_config(self) -> None:
        """Refuse what no task could fulfil; Isaac Lab calls this when an environment is made."""
        config_checks.check_constraint(self, type(self).__name__)


@configclass
class MimicEnvCfg(upstream.MimicEnvCfg):
    """Base class of a task's configuration, besides `ManagerBasedRLEnvCfg`. Accepts upstream's instances, too.

    Raises:
        ConfigError: Subtasks or constraints contradict each other; names which, field and value. Configurations that
            set them in a `__post_init__` of their own are checked when the environment is made.
    """

    datagen_config: upstream.DataGenConfig = DataGenConfig()
    """How a run generates."""
    subtask_configs: dict[str, list[upstream.SubTaskConfig]] = {}
    """End effector's name -> its subtasks in order. Names and their order are those of the environment's class."""
    task_constraint_configs: list[upstream.SubTaskConstraintConfig] = []
    """Constraints between subtasks of different end effectors; at most one constraint may hold a subtask back."""
    frame_configs: dict[str, FrameConfig] = {}
    """Name -> place that a subtask's `object_ref` can name. A configuration that derives from upstream's class can have
    such a field, too."""
    mimic_recorder_config: RecorderManagerBaseCfg | None = None
    """Terms that upstream's scripts record besides actions and states; None for their default. `mimic` ignores it."""

    def __post_init__(self):
        # A task may set its subtasks later.
        if self.subtask_configs:
            self.validate_config()

    def validate_config(self) -> None:
        """Refuse subtasks and constraints that contradict each other; called when an environment is made."""
        config_checks.check_datagen(self.datagen_config, "datagen_config")
        config_checks.check_subtasks(self.subtask_configs)
        read_frames(self)
        config_checks.check_constraints(self.subtask_configs, self.task_constraint_configs)
