# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What physics moves in a task's scene, without a simulation."""

from .subtasks import task_config

_NAMESPACE = "{ENV_REGEX_NS}/"


def scene_assets(name: str) -> dict[str, tuple[str, str]]:
    """Return a task's rigid objects and articulations: name -> its kind in a file's states, and its prim's path.

    Kinds are `rigid_object` and `articulation`; paths are those within an environment. Import Isaac Lab, which takes
    seconds.

    Args:
        name: Any of the task's names.

    Raises:
        TaskError: The task is unknown, or its configuration cannot be loaded here.
    """
    from isaaclab.assets import ArticulationCfg, RigidObjectCfg

    kinds = {RigidObjectCfg: "rigid_object", ArticulationCfg: "articulation"}
    return {
        key: (kind, asset.prim_path.removeprefix(_NAMESPACE))
        for key, asset in vars(task_config(name).scene).items()
        for cls, kind in kinds.items()
        if isinstance(asset, cls)
    }
