# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A camera that looks at every environment, drawn without Kit: on a CPU as well as on a GPU."""

from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv, ManagerBasedRLEnvCfg

WIDTH, HEIGHT = 320, 240
"""Size of an image [pixels]."""
_NAME = "mimic_film_camera"
_EYE, _LOOK_AT = (1.3, 0.75, 0.8), (0.45, 0.0, 0.08)
"""Position of the camera and the point that it looks at, in the environment's frame [m]."""


def add_camera(cfg: "ManagerBasedRLEnvCfg") -> None:
    """Put the camera into a task's configuration, before it is built (`open_env(configure=...)`)."""
    import isaaclab.sim as sim_utils
    from isaaclab.sensors import CameraCfg

    from .engines.cameras import renderer_for

    camera = CameraCfg(
        prim_path=f"{{ENV_REGEX_NS}}/{_NAME}",
        # It is rendered only when `take_images` is called.
        update_period=0.0,
        height=HEIGHT,
        width=WIDTH,
        data_types=["rgb"],
        spawn=sim_utils.PinholeCameraCfg(focal_length=28.0, clipping_range=(0.05, 10.0)),
    )
    camera.renderer_cfg = renderer_for(camera, cfg.scene)
    setattr(cfg.scene, _NAME, camera)


def aim_camera(env: "ManagerBasedRLEnv") -> None:
    """Point the camera of each environment at its table.

    Args:
        env: Isaac Lab's environment, `BatchedEnv.env`.
    """
    origins = env.scene.env_origins
    eye, look_at = (torch.tensor(point, device=origins.device) for point in (_EYE, _LOOK_AT))
    env.scene[_NAME].set_world_poses_from_view(origins + eye, origins + look_at)


def take_images(env: "ManagerBasedRLEnv") -> np.ndarray:
    """Return the images of all environments: (num_envs, HEIGHT, WIDTH, 3) uint8."""
    return env.scene[_NAME].data.output["rgb"].torch[..., :3].to("cpu", copy=True).numpy()
