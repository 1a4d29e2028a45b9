# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""An Isaac Lab Mimic environment with the batched contract (`datagen.contract.MimicEnv`) and its state."""

import contextlib
import math
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, cast

import torch

from .. import rotations
from ..datagen.config import eef_names, read_frames
from ..errors import TaskError
from ..flat_paths import nest
from ..sim.engines.cameras import drawn_flags
from ..sim.repairs.frame_sensors import FrameSensorRepair
from ..sim.repairs.velocity_targets import clear_velocity_targets
from ..sim.visualizers import LiveView
from .frames import FramePoses
from .reset_sampling import RESET_KEYS
from .scene_state import SceneState

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLMimicEnv
    from isaaclab.managers import TerminationTermCfg


OPEN, CLOSED = 1.0, -1.0
"""Gripper commands of Isaac Lab's binary gripper actions."""
_OPPOSED = 0.1
"""Robots look at each other where the mean of their directions is shorter than this."""


class TaskSignals(Protocol):
    """Signals that are computed from the scene's state."""

    def signals(self) -> dict[str, torch.Tensor]:
        """Return each signal: (num_envs,) bool."""
        ...


class DescribedSignals(TaskSignals, Protocol):
    """Signals and success as a task's descriptor says them (`tasks.signals`)."""

    def success(self) -> torch.Tensor:
        """Return whether the task is fulfilled: (num_envs,) bool."""
        ...


class DescribedTask(Protocol):
    """A task that a file says (`tasks.descriptors.Descriptor`)."""

    @property
    def entries(self) -> Mapping[str, Any]:
        """Part of the configuration -> what says it; its `where` is file and line."""
        ...

    def at_its_lines(self) -> contextlib.AbstractContextManager[None]:
        """Return a context in which errors about the configuration name the line that says it."""
        ...


class BatchedEnv:
    """Wrap a `ManagerBasedRLMimicEnv`; subclasses add the pose and action methods of one family of environments.

    The environment must not reset itself: `open_env` removes its terminations, and the caller resets it.

    Args:
        env: The environment.
        success_term: The task's success termination; its function is called once a step for all environments. None
            if `described` says it.
        info: Task, physics, assets, device and versions; written into files.
    """

    pose_action_dim: int
    gripper_dim: int = 1
    descriptor: "DescribedTask | None" = None
    """The descriptor that says the task, if one does."""
    described: "DescribedSignals | None" = None
    """Signals and success of a descriptor."""
    frame_names: tuple[str, ...] = ()
    """Frames of the task's configuration; `object_names` ends with them."""
    task_signals: "TaskSignals | None" = None
    """Signals of the task's spec (`TaskSpec.signals`)."""
    navigates: bool = False
    """Whether it walks where the end effector `body` is to be; it then has a method `is_behind`
    (`datagen.contract.WalkingEnv`)."""
    closing_time: float = 0.0
    """How long a person's hand takes to close [s]; 0: a gripper that gets there as fast as it can."""
    front: float = 0.0
    """Where the robot looks in the frame of its root: angle about z from +x [rad]."""
    wrist_turns: Mapping[str, tuple[float, float, float]] = MappingProxyType({})
    """How the frame of a hand with fingers is turned from the wrist of a person's hand that moves it, as OpenXR has it:
    end effector, `left` or `right` -> intrinsic rotations about x, y and z [deg]. Empty: not known, or a gripper."""
    response: float = 1.0
    """Fraction of the way to a target pose that the robot makes in one step in free space. It is small for drives that
    are damped as strongly as those of Isaac Lab's Franka; teleoperation then aims beyond its target."""

    def __init__(self, env: "ManagerBasedRLMimicEnv", success_term: "TerminationTermCfg | None", info: dict):
        self.env = env
        self.cfg = env.cfg
        self.info = info
        self.num_envs: int = env.num_envs
        self.device = torch.device(env.device)
        self.eef_names = eef_names(env.cfg)
        self.step_dt: float = env.step_dt
        """Time that one step simulates [s]."""
        self._success_term = None if success_term is None else _resolved(success_term, env.scene)
        self.live = LiveView(env)
        """The live view, for the stage that steps the environments."""
        self._frame_sensors = FrameSensorRepair(env)
        self._drawn: list[torch.Tensor] | None = None
        self._scene_state = SceneState(env.scene)
        self._objects = list(env.scene.rigid_objects.values())
        self.frames = self._read_frames()
        self.frame_names = self.frames.names
        self.object_names = (*self.frames.bodies, *self.frame_names)

    @classmethod
    def for_config(cls, cfg: Any) -> "type[BatchedEnv]":
        """Return the class for an environment of this configuration: this one, or one that it names."""
        return cls

    def at_its_lines(self) -> contextlib.AbstractContextManager[None]:
        """Return a context in which errors about the configuration name the line of the descriptor that says it."""
        return contextlib.nullcontext() if self.descriptor is None else self.descriptor.at_its_lines()

    # -- the contract

    def eef_pose(self) -> torch.Tensor:
        """Return the end-effector poses in the environment's frame: (num_envs, num_eefs, 4, 4) [m]."""
        return torch.stack([self.env.get_robot_eef_pose(name) for name in self.eef_names], dim=1)

    def facing(self) -> torch.Tensor:
        """Return where the robots look now: (num_envs,) angle about z from +x of the environment's frame [rad].

        That is `front` of their roots' poses, the mean of several robots. Where several look at each other, it is the
        direction to the left of the first, so that who looks that way has the first on the left. Along +x where nothing
        that actions move is an articulation.
        """
        if not self._robots:
            return torch.zeros(self.num_envs, device=self.device)
        x, y, z, w = torch.stack([robot.data.root_pose_w.torch[:, 3:7] for robot in self._robots]).unbind(-1)
        # What is forward of each, in the plane of the ground.
        ahead = torch.atan2(2.0 * (x * y + z * w), 1.0 - 2.0 * (y * y + z * z)) + self.front
        along, aside = ahead.cos().mean(0), ahead.sin().mean(0)
        opposed = torch.hypot(along, aside) < _OPPOSED
        return torch.where(opposed, ahead[0] + 0.5 * math.pi, torch.atan2(aside, along))

    @cached_property
    def _robots(self) -> list[Any]:
        """The articulations that actions move."""
        manager, articulations = self.env.action_manager, self.env.scene.articulations
        terms: list[Any] = [manager.get_term(name).cfg for name in manager.active_terms]
        named = dict.fromkeys(term.asset_name for term in terms)
        return [articulations[name] for name in named if name in articulations]

    def object_pose(self, env_ids: torch.Tensor | None = None) -> torch.Tensor:
        """Return the poses of bodies and frames in the environment's frame: (num_envs, num_objects, 4, 4) [m].

        Args:
            env_ids: (K,) only these environments.
        """
        rows = slice(None) if env_ids is None else env_ids
        bodies = self._body_pose(rows)
        return torch.cat([bodies, self.frames.poses(bodies, rows)], dim=1) if self.frame_names else bodies

    def _body_pose(self, rows: torch.Tensor | slice) -> torch.Tensor:
        """Return the poses of the rigid objects in some environments (K of them): (K, bodies, 4, 4) [m]."""
        pose = torch.stack([body.data.root_pose_w.torch[rows] for body in self._objects], dim=1)
        position = pose[..., :3] - self.env.scene.env_origins[rows, None]
        return rotations.pose_from_quat(position, pose[..., 3:7])

    def _read_frames(self) -> FramePoses:
        """Return the task's frames beside the bodies of `_body_pose`."""
        scene = self.env.scene
        return FramePoses(read_frames(self.cfg), scene, tuple(scene.rigid_objects))

    def target_to_action(
        self, target: torch.Tensor, gripper: torch.Tensor, noise: torch.Tensor | None = None
    ) -> torch.Tensor:
        raise NotImplementedError

    def nearest_pose(self, target: torch.Tensor) -> torch.Tensor:
        """Return the poses next to target poses that the robot can take: (num_envs, num_eefs, 4, 4) [m]."""
        return target

    @property
    def limited(self) -> tuple[bool, ...]:
        """By end effector whether its arm has too few joints to take any pose within its reach."""
        return (False,) * len(self.eef_names)

    def miss(self, eef: int, rows: torch.Tensor, paths: torch.Tensor) -> torch.Tensor:
        """Return by how much an end effector that is `limited` would miss the poses of paths.

        Args:
            eef: Index of the end effector.
            rows: (K,) environments.
            paths: (K, M, P, 4, 4) M paths of P poses in each [m].

        Returns:
            (K, M, P, 2) distances [m] and angles [rad].
        """
        raise NotImplementedError

    def action_to_target(self, action: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError

    def action_to_gripper(self, action: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError

    def grip(self, closed: torch.Tensor) -> torch.Tensor:
        """Return what the grippers are told where somebody only opens and closes them.

        Here that is Isaac Lab's binary gripper action. A robot with fingers says it itself (`robots.synergy`).

        Args:
            closed: (num_eefs,) from 0, open, to 1, closed.

        Returns:
            (num_eefs, gripper_dim) for `target_to_action`.

        Raises:
            TaskError: It is not known how the hands close.
        """
        if self.gripper_dim != 1:
            raise TaskError(
                f"its hands take {self.gripper_dim} numbers each, and how they close is not known",
                where=self.info["task"],
                remedy="Drive it with --teleop-device xr, or say it in the robot's class: grip, docs/plugins.md",
            )
        return torch.where(closed > 0.5, CLOSED, OPEN)[:, None]

    def term_signals(self) -> dict[str, torch.Tensor]:
        """Return each subtask termination signal: (num_envs,) bool; a descriptor's replace those of the environment."""
        found = self._own_signals()
        for more in (self.task_signals, self.described):
            if more is not None:
                found = found | more.signals()
        return found

    def _own_signals(self) -> dict[str, torch.Tensor]:
        """Return the signals of the environment itself."""
        return {
            name: signal.reshape(self.num_envs).bool() for name, signal in self.env.get_subtask_term_signals().items()
        }

    def observed_signals(self) -> dict[str, torch.Tensor]:
        """Return the observation group `subtask_terms`, as Isaac Lab's tasks have it; nothing without one."""
        observed: Any = self.env.obs_buf.get("subtask_terms", {})
        if isinstance(observed, torch.Tensor):
            return {}
        return {name: signal.reshape(self.num_envs).bool() for name, signal in observed.items()}

    def success(self) -> torch.Tensor:
        """Return whether the task is fulfilled now: (num_envs,) bool."""
        if self._success_term is None:
            assert self.described is not None
            return self.described.success()
        return self._success_term.func(self.env, **self._success_term.params).reshape(self.num_envs).bool()

    # -- simulation

    @property
    def action_dim(self) -> int:
        return self.env.action_manager.total_action_dim

    @property
    def processed_action_dim(self) -> int:
        """Width of the processed action, what the action terms compute from an action (such as joint targets)."""
        return self.processed_action().shape[-1]

    @torch.inference_mode()
    def step(self, action: torch.Tensor) -> None:
        """Advance all environments by `step_dt`. `action`: (num_envs, action_dim)."""
        self.env.step(action)

    @torch.inference_mode()
    def reset(self, env_ids: torch.Tensor, keys: torch.Tensor) -> None:
        """Reset some environments to random initial states.

        Args:
            env_ids: (K,) which environments.
            keys: (K,) streams (`randomness.streams`) that the initial states are drawn from: equal keys give equal
                states in any environment.
        """
        getattr(self.env, RESET_KEYS)[env_ids] = keys
        self._draw_again(env_ids)
        self.env.reset(env_ids=env_ids)
        self._frame_sensors.after_reset()

    @torch.inference_mode()
    def restore(self, state: dict[str, torch.Tensor], env_ids: torch.Tensor) -> None:
        """Set some environments to given states.

        Args:
            state: Flat state as `state` returns it, with K rows.
            env_ids: (K,) which environments.
        """
        self._draw_again(env_ids)
        self.env.reset_to(nest(state), env_ids, is_relative=True)
        clear_velocity_targets(self.env, env_ids)
        self._frame_sensors.after_reset()

    def memory(self) -> list[torch.Tensor]:
        """Return what action terms keep from step to step, their `memory`: (num_envs, ...) each."""
        terms = self.env.action_manager
        return [kept for name in terms.active_terms for kept in getattr(terms.get_term(name), "memory", ())]

    def stop_drawing(self, env_ids: torch.Tensor) -> None:
        """Let cameras leave out some environments, (K,), until these are reset or restored; what was seen stays."""
        if self._drawn is None:
            self._drawn = drawn_flags(self.env)
        for flags in self._drawn:
            flags[env_ids] = 0

    def _draw_again(self, env_ids: torch.Tensor) -> None:
        for flags in self._drawn or ():
            flags[env_ids] = 1

    def state(self) -> dict[str, torch.Tensor]:
        """Return the scene's state, relative to each environment's origin, as flat paths; see `SceneState`."""
        # Isaac Lab makes a new dictionary for each step's observations; before the first reset there is none.
        return self._scene_state.read(self.env.obs_buf.get("policy"))

    def observations(self) -> dict[str, torch.Tensor]:
        """Return the policy's observations by term: (num_envs, ...)."""
        return cast("dict[str, torch.Tensor]", self.env.obs_buf["policy"])

    def observation_shapes(self) -> dict[str, tuple[int, ...]] | None:
        """Return the shape of each policy observation without the environments' dimension; needs no step or reset.

        None if the task concatenates its observations.
        """
        manager = self.env.observation_manager
        if manager.group_obs_concatenate["policy"]:
            return None
        shapes: Any = manager.group_obs_term_dim["policy"]
        return dict(zip(manager.active_terms["policy"], map(tuple, shapes), strict=True))

    def processed_action(self) -> torch.Tensor:
        """Return the processed action of the last step: (num_envs, processed_action_dim)."""
        terms = self.env.action_manager
        return torch.cat([terms.get_term(name).processed_actions for name in terms.active_terms], dim=-1)

    def env_args(self) -> dict:
        """Return the environment's metadata for robomimic (`data.attrs["env_args"]`)."""
        return {"env_name": self.info.get("environment") or self.info["task"], "type": 2, "env_kwargs": {}}


def _resolved(term: Any, scene: Any) -> Any:
    """Return a manager term with its scene entities resolved, as Isaac Lab's managers resolve them."""
    for value in term.params.values():
        if hasattr(value, "resolve"):
            value.resolve(scene)
    return term
