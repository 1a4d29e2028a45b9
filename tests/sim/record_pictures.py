# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Record two demonstrations with a camera's pictures among the observations: `record_pictures.py FILE`.

A program of its own, for one simulation can live in a process at a time.
"""

import sys
from typing import Any

from isaaclab.envs import mdp
from isaaclab.managers import ObservationTermCfg, SceneEntityCfg

from isaaclab_mimic_core.options import RecordOptions
from isaaclab_mimic_core.sim import camera
from isaaclab_mimic_core.stages.recording.record import Record
from isaaclab_mimic_core.tasks import DEFAULT_TASK
from isaaclab_mimic_core.tasks.open_env import open_env

COUNT = 2


def with_pictures(cfg: Any) -> None:
    """Add a small camera over the table, and what it sees to the observations."""
    camera.add_camera(cfg)
    (name,) = (name for name in vars(cfg.scene) if name.endswith("film_camera"))
    sensor = getattr(cfg.scene, name)
    sensor.width, sensor.height = 96, 72
    looks = {"sensor_cfg": SceneEntityCfg(name), "data_type": "rgb", "normalize": False}
    cfg.observations.policy.table_cam = ObservationTermCfg(func=mdp.image_rgb, params=looks)


with open_env(DEFAULT_TASK, COUNT, device="cpu", assets="local", configure=with_pictures) as env:
    camera.aim_camera(env.env)
    options = RecordOptions(
        output=sys.argv[1], teleop_device="scripted", num_demos=COUNT, num_envs=COUNT, overwrite=True, seed=2
    )
    with Record(options, env) as stage:
        for _ in stage:
            pass
