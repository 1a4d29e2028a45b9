# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Drive the stack with a headset in software: `xr_chain.py FOLDER`. Last line: JSON.

A program of its own, for one simulation can live in a process at a time.
"""

import json
import os
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from software_headset import RIGHT, Headset, build
from waiting import wait_until

from isaaclab_mimic_core.devices import check_device, make_device
from isaaclab_mimic_core.devices.xr import XrSettings
from isaaclab_mimic_core.events import DemoSaved, StageFinished, Warned
from isaaclab_mimic_core.options import RecordOptions
from isaaclab_mimic_core.stages.recording.record import Record
from isaaclab_mimic_core.tasks.franka_stack.script import ScriptedStacker
from isaaclab_mimic_core.tasks.open_env import open_env

TASK = "Isaac-Stack-Cube-Franka-IK-Abs-Mimic-v0"
IDENTITY = (0.0, 0.0, 0.0, 1.0)
OPENXR_FROM_WORLD = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
"""OpenXR's y is up; Isaac Lab's z is."""
GRIP_FROM_HAND = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
"""A quarter turn about x back: Isaac Lab's pipeline turns a controller's pose forward by it."""

folder = Path(sys.argv[1])
manifest = build(folder)
os.environ["XR_RUNTIME_JSON"] = str(manifest)
headset = Headset(manifest)


class Operator:
    """Looks at the scene, and moves the right controller to where the hand shall be."""

    def __init__(self, env, seed: int):
        import isaaclab.utils.math as math_utils

        self._math, self._env = math_utils, env
        self._script = ScriptedStacker(env, seed)
        rotation = math_utils.matrix_from_quat(torch.tensor(env.cfg.xr.anchor_rot, dtype=torch.float32))
        self._openxr_from_world = OPENXR_FROM_WORLD @ rotation.T
        self._anchor = torch.tensor(env.cfg.xr.anchor_pos)
        self._demos = 0

    def begin(self) -> None:
        """Get ready for a demonstration: the controller where the hand is."""
        self._script.begin(torch.tensor([0]), torch.tensor([self._demos]))
        self._demos += 1
        pose = self._env.eef_pose()[0, 0]
        self._hold(pose[:3, 3], pose[:3, :3], 1.0)

    def act(self) -> None:
        action = self._script.action()[0]
        self._hold(action[:3], self._math.matrix_from_quat(action[3:7]), float(action[7]))

    def _hold(self, position, rotation, gripper: float) -> None:
        place = self._openxr_from_world @ (position - self._anchor)
        quat = self._math.quat_from_matrix(self._openxr_from_world @ rotation @ GRIP_FROM_HAND)
        headset.controller(RIGHT, [*place.tolist(), *quat.tolist()], 1.0 if gripper < 0.0 else 0.0)


def follow_inputs(env) -> list[dict]:
    """Return what the robot is told for one input after the other, and what the device says of itself."""
    settings = XrSettings(mcap_record=str(folder / "inputs.mcap"))
    check_device("xr", settings, TASK)
    env.reset(torch.tensor([0]), torch.tensor([7]))
    device = make_device(env, "xr", settings)
    device.begin(torch.tensor([0]), torch.tensor([0]))
    quarter = (0.0, 0.5**0.5, 0.0, 0.5**0.5)
    wrist = (0.0, 1.1, -0.4, *IDENTITY)
    inputs = [
        lambda: headset.controller(RIGHT, [0.1, 1.2, -0.4, *IDENTITY], 0.1),
        lambda: headset.controller(RIGHT, [0.1, 1.2, -0.4, *IDENTITY], 0.9),
        lambda: headset.controller(RIGHT, [0.2, 1.3, -0.5, *quarter], 0.9),
        lambda: headset.controller(RIGHT, [9.0, 9.0, 9.0, *IDENTITY], 0.0, valid=False),
        lambda: headset.hide_controller(RIGHT),
        lambda: headset.hand(RIGHT, wrist, pinch=0.08),
        lambda: headset.hand(RIGHT, wrist, pinch=0.02),
        lambda: headset.hide_hand(RIGHT),
        lambda: headset.say("start"),
        lambda: None,
        lambda: None,
        lambda: headset.say("stop"),
        lambda: None,
        lambda: headset.say("start"),
        lambda: None,
        lambda: headset.say("reset"),
    ]
    seen = []
    for index, give in enumerate(inputs):
        give()
        device.poll()
        follows = device.readings()["right"]["follows"]
        seen.append({"action": device.action()[0].tolist(), "follows": follows, "asks": device.take_requests()})
        if index == 0:
            device.show({"franka": ("Grasp the cube", "Stack it")})
    device.close()
    return seen


def record(env, name: str, num_demos: int, **more) -> dict:
    """Let the operator demonstrate, or the session that `more` names; return what came of it."""
    operator = None if "mcap_replay" in more else Operator(env, 3)
    options = RecordOptions(
        task=TASK,
        teleop_device="xr",
        teleop_settings={"step_hz": 0.0, **more},
        output=str(folder / name),
        num_demos=num_demos,
        seed=3,
    )
    headset.hide_controller(RIGHT)
    events, waited = [], 0
    with Record(options, env) as stage:
        for _ in range(600 * num_demos):
            if stage.done:
                break
            shown = stage.snapshot()
            if operator and shown.get("waiting"):
                waited += 1
                if waited == 1:
                    operator.begin()
                elif waited == 3:
                    headset.say("start")
            elif operator and "waiting" in shown:
                waited = 0
                operator.act()
            events += stage.step()
    assert isinstance(events[-1], StageFinished), f"{name} did not come to an end: {shown}"
    saved = [event.steps for event in events if isinstance(event, DemoSaved)]
    return {"summary": events[-1].summary, "outcome": events[-1].outcome, "saved": saved}


def lose_headset(env) -> dict:
    """Switch the headset off while driving, and on again."""
    options = RecordOptions(
        task=TASK,
        teleop_device="xr",
        output=str(folder / "lost.hdf5"),
        teleop_settings={"step_hz": 0.0, "mcap_record": str(folder / "lost.mcap")},
    )
    told, states = [], []
    with Record(options, env) as stage:

        def step(count: int) -> None:
            for _ in range(count):
                told.extend(event.message for event in stage.step() if isinstance(event, Warned))
            states.append({key: stage.snapshot().get(key) for key in ("steps", "connected", "paused", "waiting")})

        step(3)
        headset.controller(RIGHT, [0.1, 1.2, -0.4, *IDENTITY])
        headset.say("start")
        step(20)
        headset.switch_off(True)
        step(5)
        headset.switch_off(False)

        def connected() -> bool:
            told.extend(event.message for event in stage.step() if isinstance(event, Warned))
            return stage.snapshot()["connected"]

        wait_until(connected, "the headset")
        step(2)
        headset.say("start")
        step(10)
        stage.request("stop")
        stage.step()
    return {"told": told, "states": states}


with open_env(TASK, 1, device="cpu", assets="local") as env:
    result: dict = {"inputs": follow_inputs(env), "shown": headset.shown()}
    result["live"] = record(env, "live.hdf5", 2, mcap_record=str(folder / "session.mcap"))
    result["instructions"] = [shown["message"]["title"] for shown in headset.shown()]
    del os.environ["XR_RUNTIME_JSON"]
    result["replayed"] = record(env, "replayed.hdf5", 1, mcap_replay=str(folder / "session.mcap"))
    os.environ["XR_RUNTIME_JSON"] = str(manifest)
    headset.shown()
    result["lost"] = {**lose_headset(env), "shown": headset.shown()}
print(json.dumps(result))
