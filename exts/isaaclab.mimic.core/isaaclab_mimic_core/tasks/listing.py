# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""List the tasks that can run on this machine, and what the others need."""

import importlib.util
from types import SimpleNamespace
from typing import Any

from ..plugins import TASKS, RobotSpec, TaskSpec
from ..requirements import SIMULATION, WALKING, how_to_get, lacking, require
from ..sim.assets.stand_ins import without_stand_in
from .described import environment_task
from .names import all_tasks
from .registered import plain_environments


def list_tasks() -> list[dict]:
    """Return all tasks as plain data: `id`, `title`, `runs_here`, and `missing`: what this machine lacks for it.

    Contact NVIDIA's asset server once, which takes up to 3 s without a network.
    """
    machine = _Lacking()
    tasks = []
    for task in all_tasks(importing=not machine.isaaclab).values():
        missing = machine.of(task)
        tasks.append({"id": task.id, "title": task.title, "runs_here": not missing, "missing": missing})
    return tasks


def list_environments() -> list[dict]:
    """Return Isaac Lab's environments without a Mimic configuration, whose actions are poses, as `list_tasks` does.

    They run with a descriptor. Import all their configurations, which takes half a minute.

    Raises:
        PlatformError: Isaac Lab is not installed.
    """
    require(SIMULATION)
    machine = _Lacking()
    from ..sim.preparing import prepare

    prepare()
    import isaaclab_mimic.envs  # noqa: F401  registers Isaac Lab's environments

    from .open_env import robot_like

    listed = []
    for env_id, cfg in plain_environments():
        terms = {type(term).__name__ for term in vars(getattr(cfg, "actions", None) or object).values()}
        if terms & _POSES.keys():
            task = environment_task(env_id)
            needs = [*(_POSES[term] for term in terms & _POSES.keys()), *task.needs]
            missing = [need for need in dict.fromkeys(needs) if need and machine.needs.get(need, True)]
            if machine.cloud and (assets := left_to_cloud(cfg.scene, robot_like(task), task)):
                missing.append(f"NVIDIA's asset server (no answer) for {', '.join(assets)}")
            listed.append({"id": env_id, "title": "", "runs_here": not missing, "missing": missing})
    return listed


_POSES = {
    "DifferentialInverseKinematicsActionCfg": "",
    "OperationalSpaceControllerActionCfg": "",
    "PinkInverseKinematicsActionCfg": "",
    "RMPFlowActionCfg": "Isaac Sim",
}
"""Configurations of actions that are poses -> what they need."""


def format_tasks(tasks: list[dict] | None = None) -> str:
    """Return the list as text for a terminal: first the tasks that can run, then the others with what they need.

    Args:
        tasks: Result of `list_tasks`; called here if None.
    """
    tasks = list_tasks() if tasks is None else tasks
    runnable = [task for task in tasks if task["runs_here"]]
    others = [task for task in tasks if not task["runs_here"]]
    width = max((len(task["id"]) for task in tasks), default=0)
    lines = ["Can run here:" if runnable else "None can run here."]
    lines += [f"  {task['id']:<{width}}  {task['title'] or "(in gymnasium's registry)"}" for task in runnable]
    if others:
        lines += ["", "Cannot run here:"]
        lines += [f"  {task['id']:<{width}}  needs {', '.join(task['missing'])}" for task in others]
    return "\n".join(lines)


class _Lacking:
    """Find out what this machine lacks, checking everything once."""

    def __init__(self) -> None:
        from ..sim.host import inside_isaac_sim

        self.isaaclab = importlib.util.find_spec("isaaclab") is None
        self.cloud = not self.isaaclab and not _cloud_reachable()
        inside = inside_isaac_sim()
        # Need of a task (`TaskSpec.needs`) -> whether it is missing here.
        self.needs = {
            "camera rendering": not inside,
            "Isaac Sim": not inside,
            "a CUDA GPU": not _gpu_here(),
            # Upstream's comes from the asset server.
            "a walking policy": self.cloud and bool(lacking(WALKING)),
        }

    def of(self, task: TaskSpec) -> list[str]:
        """Return names of what is missing for a task."""
        if self.isaaclab:
            return [f"Isaac Lab ({how_to_get(SIMULATION)})"]
        # An unknown need counts as missing.
        missing = [need for need in task.needs if self.needs.get(need, True)]
        if self.cloud and (not task.local or (TASKS.get(task.id) is None and _wants_cloud(task.id))):
            missing.append("NVIDIA's asset server (no answer)")
        return missing


def _wants_cloud(task_id: str) -> bool:
    """Return whether the scene of a task without a spec needs the asset server; True if that is unknown.

    Robots with local assets do not count.
    """
    from ..envs import robot_of
    from .registered import class_of, config_of

    try:
        return bool(left_to_cloud(config_of(task_id)().scene, robot_of(class_of(task_id)), None))
    except Exception:
        return True


def left_to_cloud(scene: Any, robot: RobotSpec | None, task: TaskSpec | None) -> list[str]:
    """Return the assets of NVIDIA's server that `--assets local` does not replace, as paths below its root.

    Args:
        scene: The `InteractiveSceneCfg`.
        robot: Its local assets replace robots.
        task: Its local assets replace all but robots.
    """
    from isaaclab.assets import ArticulationCfg

    robots, others = (each is not None and each.local_assets is not None for each in (robot, task))
    kept = {
        name: each
        for name, each in vars(scene).items()
        if not (robots if isinstance(each, ArticulationCfg) else others)
    }
    return without_stand_in(SimpleNamespace(**kept))


def _cloud_reachable() -> bool:
    from ..sim.assets.cloud import cloud_assets_reachable

    return cloud_assets_reachable()


def _gpu_here() -> bool:
    """Return whether torch has a GPU. Import torch, which takes seconds, only if there is a driver."""
    import ctypes

    try:
        ctypes.CDLL("libcuda.so.1")
        import torch
    except (OSError, ImportError):
        return False
    return torch.cuda.is_available()
