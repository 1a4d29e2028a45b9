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
from isaaclab_mimic_core.sim.rendering.added_cameras import CameraPoses, change_cameras
from isaaclab_mimic_core.sim.rendering.camera_file import CameraEntry
from isaaclab_mimic_core.stages.recording.record import Record
from isaaclab_mimic_core.tasks import DEFAULT_TASK
from isaaclab_mimic_core.tasks.open_env import open_env

COUNT = 2


CAMERAS = {"above": CameraEntry(height=72, width=96, pos=(1.3, 0.75, 0.8), look_at=(0.45, 0.0, 0.08))}


def with_pictures(cfg: Any) -> None:
    """Add a small camera over the table, and what it sees to the observations."""
    change_cameras(cfg, CAMERAS, "rasterizer", "ovphysx")
    looks = {"sensor_cfg": SceneEntityCfg("above"), "data_type": "rgb", "normalize": False}
    cfg.observations.policy.table_cam = ObservationTermCfg(func=mdp.image_rgb, params=looks)


with open_env(DEFAULT_TASK, COUNT, device="cpu", assets="local", configure=with_pictures) as env:
    CameraPoses(env.env, CAMERAS).update()
    options = RecordOptions(
        output=sys.argv[1], teleop_device="scripted", num_demos=COUNT, num_envs=COUNT, overwrite=True, seed=2
    )
    with Record(options, env) as stage:
        for _ in stage:
            pass
