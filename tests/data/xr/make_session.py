# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Makes `session.mcap` beside this file, with the software headset: `python tests/data/xr/make_session.py`.

45 frames. From frame 3 the right controller is at (0.01 k, 1.2, -0.4) m in frame k, its trigger pulled from frame 15
on; after frame 30 it is off, and from frame 33 the right hand is there, pinching. Start in frames 4 and 25, reset in
frame 22, stop in frame 40.
"""

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from software_headset import RIGHT, Headset, build

FRAMES = 45
SAYS = {4: "start", 22: "reset", 25: "start", 40: "stop"}
IDENTITY = (0.0, 0.0, 0.0, 1.0)


def move(headset: Headset, frame: int) -> None:
    """Do what the operator does in a frame."""
    if 3 <= frame <= 30:
        headset.controller(RIGHT, [0.01 * frame, 1.2, -0.4, *IDENTITY], float(frame >= 15))
    elif frame > 30:
        headset.hide_controller(RIGHT)
    if frame >= 33:
        headset.hand(RIGHT, [0.0, 1.1, -0.4, *IDENTITY], pinch=0.02)
    if frame in SAYS:
        headset.say(SAYS[frame])


def main() -> None:
    """Record the session."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = build(Path(folder))
        os.environ |= {"XR_RUNTIME_JSON": str(manifest), "ISAAC_TELEOP_DISABLE_CXR_ENV_CHECKS": "1"}
        from isaaclab_teleop import IsaacTeleopCfg, create_isaac_teleop_device
        from isaacteleop.teleop_session_manager import RetargetingExecutionConfig

        from isaaclab_mimic_core.devices.xr.pipeline import pipeline_for

        headset = Headset(manifest)
        cfg = IsaacTeleopCfg(
            pipeline_builder=pipeline_for(["left", "right"]),
            retargeting_execution=RetargetingExecutionConfig(mode="sync"),
        )
        path = Path(__file__).with_name("session.mcap")
        device = create_isaac_teleop_device(
            cfg, sim_device="cpu", use_kit_xr_bridge=False, auto_launch_cloudxr=False, mcap_record_path=str(path)
        )
        with device:
            for frame in range(FRAMES):
                move(headset, frame)
                device.advance()


if __name__ == "__main__":
    main()
