# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What scripts need whose grasps are measured on the local objects of their tasks."""

from typing import TYPE_CHECKING

from ..errors import DeviceError

if TYPE_CHECKING:
    from ..envs import BatchedEnv


def check_objects(env: "BatchedEnv") -> None:
    """Check that an environment's objects are those that a script's grasps are measured on.

    Raises:
        DeviceError: They are the cloud's, or `--object-scale` has changed them.
    """
    if env.info["assets"] != "local":
        raise DeviceError(
            "the script grasps the local object, not the cloud's",
            where="--teleop-device scripted",
            remedy="Use --assets local.",
        )
    if env.info.get("object_scale"):
        raise DeviceError(
            "the script's grasps are measured on objects of the task's own size",
            where="--object-scale",
            remedy="Record without it; annotate, generate and replay take it.",
        )
