# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Give an environment of Isaac Lab the batched contract."""

import sys
from typing import TYPE_CHECKING, Any

from ..errors import PluginError, TaskError
from ..plugins import ROBOTS, Reference, RobotSpec, resolve
from .batched import BatchedEnv
from .per_env import LoopedEnv

if TYPE_CHECKING:
    from isaaclab.managers import TerminationTermCfg

_DERIVED = f"{__name__.partition('.')[0]}.robots.derived.batched:DerivedEnv"
"""By name, because robots are built upon this package."""

_REQUIRED = (
    "get_robot_eef_pose",
    "target_eef_pose_to_action",
    "action_to_target_eef_pose",
    "actions_to_gripper_actions",
    "get_object_poses",
)


def adapt(env: Any, success_term: "TerminationTermCfg | None", info: dict) -> BatchedEnv:
    """Wrap an environment in its batched class.

    That is the one that a robot names; else `LoopedEnv` for a Mimic environment, which has methods of its own, and
    `robots.derived.batched.DerivedEnv` for any other.

    Args:
        env: The `ManagerBasedRLEnv`.
        success_term: The task's success termination.
        info: As for `BatchedEnv`.

    Raises:
        TaskError: A Mimic environment lacks methods that Mimic needs, or no pose can be read from the actions of
            another one.
    """
    from isaaclab.envs import ManagerBasedRLMimicEnv

    if not isinstance(env, ManagerBasedRLMimicEnv) and robot_of(type(env)) is None:
        return resolve(_DERIVED)(env, success_term, info)
    if lacking := _lacking(type(env)):
        raise TaskError(
            f"the environment's class {type(env).__name__} does not implement {', '.join(lacking)}",
            where=info["task"],
            remedy="Only Mimic environments can be generated in; the ready-made ones: mimic tasks",
        )
    return batched_class(type(env)).for_config(env.cfg)(env, success_term, info)


def batched_class(env_class: type) -> type[BatchedEnv]:
    """Return the batched class that a robot names for exactly this environment class; `LoopedEnv` if none does.

    Derived classes do not match: other robots' environments derive from the Franka's, and their methods mean other
    frames.

    Raises:
        PluginError: The class that a robot names cannot be loaded, or is no `BatchedEnv`.
    """
    robot = robot_of(env_class)
    if robot is None:
        return LoopedEnv
    reference = next(reference for named, reference in robot.batched.items() if _is(named, env_class))
    found = resolve(reference)
    if not (isinstance(found, type) and issubclass(found, BatchedEnv)):
        raise PluginError(f"{reference} is no BatchedEnv", where=f"robot {robot.name}")
    return found


def robot_of(env_class: type) -> RobotSpec | None:
    """Return the robot that names exactly this class of environments; None if none does."""
    # The last one counts, so that a plug-in can replace the batched class of a known environment.
    robots = reversed(ROBOTS.all().values())
    return next((robot for robot in robots if any(_is(named, env_class) for named in robot.batched)), None)


def _is(named: Reference, env_class: type) -> bool:
    """Return whether a reference names a class; it does not if its module is not loaded."""
    if not isinstance(named, str):
        return named is env_class
    module, _, name = named.partition(":")
    return getattr(sys.modules.get(module), name, None) is env_class


def _lacking(env_class: type) -> list[str]:
    """Return the required methods that a class does not implement itself; the base class's do nothing."""
    from isaaclab.envs import ManagerBasedRLMimicEnv

    # The base class implements this one.
    empty = {name: getattr(ManagerBasedRLMimicEnv, name) for name in _REQUIRED if name != "get_object_poses"}
    return [name for name in _REQUIRED if getattr(env_class, name, None) in (None, empty.get(name))]
