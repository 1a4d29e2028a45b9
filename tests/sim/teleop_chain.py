# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A program for test_teleop: pilots record demonstrations with devices, in one environment on real PhysX.

    python teleop_chain.py FOLDER

Answers in lines of JSON: one with what each recording was like, then the events of a recording that goes on until
somebody kills it.
"""

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "unit" / "devices"))

from fake_hid import BUTTONS, NO_BUTTONS, FakeMouse, FakePorts  # noqa: E402
from pilots import CapPilot, KeyPilot  # noqa: E402
from waiting import Clock, wait_until  # noqa: E402

from isaaclab_mimic_core.devices.keyboard import device as keyboard  # noqa: E402
from isaaclab_mimic_core.devices.spacemouse.device import SpaceMouse  # noqa: E402
from isaaclab_mimic_core.devices.spacemouse.hid import SpaceMouseReader  # noqa: E402
from isaaclab_mimic_core.events import AttemptFinished, Event, to_json  # noqa: E402
from isaaclab_mimic_core.options import RecordOptions, TeleopOptions  # noqa: E402
from isaaclab_mimic_core.stages.recording.record import Record  # noqa: E402
from isaaclab_mimic_core.stages.recording.teleop import Teleop  # noqa: E402
from isaaclab_mimic_core.tasks import DEFAULT_TASK  # noqa: E402
from isaaclab_mimic_core.tasks.open_env import open_env  # noqa: E402

FOLDER = Path(sys.argv[1])
MODEL = "SpaceNavigator"
# As fast as the machine is: the environment's own 20 Hz then count.
SETTINGS = {"step_hz": 0.0, "pos_sensitivity": 0.2, "rot_sensitivity": 1.0}
FAST = {"teleop_settings": SETTINGS, "seed": 3}
RATE = 20.0
PATIENCE = 900
"""Steps after which a pilot that has not succeeded resets, as a person would."""


def fly(stage, pilot, tell=lambda event: None, each_step=lambda: None) -> list[Event]:
    """Run a stage with a pilot at the controls."""
    events: list[Event] = []
    while not stage.done:
        if stage._device is not None and not stage.paused:
            each_step()
            pilot.act()
        for event in stage.step():
            events.append(event)
            tell(event)
            if isinstance(event, AttemptFinished):
                pilot.begin()
        if stage.snapshot().get("steps", 0) > PATIENCE:
            stage.request("reset")
        time.sleep(max(0.0, min(0.01, stage.due - time.monotonic())))
    return events


def told(events: list[Event]) -> list[dict]:
    return [json.loads(to_json(event)) for event in events]


def by_keyboard(env, **options) -> tuple[Record, KeyPilot]:
    at_once = {**FAST, "teleop_settings": {**SETTINGS, "ramp": 0.0}}
    stage = Record(RecordOptions(teleop_device="keyboard", **at_once, **options), env)

    def key(name: str, pressed: bool) -> None:
        stage.request("key", key=name, pressed=pressed)

    return stage, KeyPilot(env, key, SETTINGS["pos_sensitivity"] / RATE, SETTINGS["rot_sensitivity"] / RATE)


def record_by_keyboard(env) -> dict:
    """Two demonstrations; before them a false start, which R discards, and a pause."""
    stage, pilot = by_keyboard(env, output=str(FOLDER / "keyboard.hdf5"), num_demos=2, next_obs=True)
    seen = {"steps": 0}

    def meddle() -> None:
        seen["steps"] += 1
        if seen["steps"] == 30:
            seen["false_start"] = stage.snapshot()["steps"]
            for pressed in (True, False):
                stage.request("key", key="R", pressed=pressed)
            pilot.begin()
        if seen["steps"] == 60:
            seen["paused"] = rest(stage, env)

    with stage:
        events = fly(stage, pilot, each_step=meddle)
    return {"events": told(events), "presses": pilot.presses, **seen}


def rest(stage, env) -> dict:
    """Press P, wait, hold another key meanwhile, press P again: nothing may move, and nothing is made up for."""
    before, steps = env.state(), stage.snapshot()["steps"]
    state = {path: value.clone() for path, value in before.items()}
    stage.request("key", key="P", pressed=True)
    stage.request("key", key="P", pressed=False)
    stage.step()
    paused = stage.paused
    stage.request("key", key="Z", pressed=True)
    for _ in range(20):
        stage.step()
        time.sleep(0.01)
    polled = stage.snapshot()["readings"]["keys"]
    stage.request("key", key="Z", pressed=False)
    moved = max(float((value - state[path]).abs().max()) for path, value in env.state().items())
    stage.request("key", key="P", pressed=True)
    stage.request("key", key="P", pressed=False)
    return {"paused": paused, "polled": polled, "moved": moved, "steps": stage.snapshot()["steps"] - steps}


def record_by_spacemouse(env) -> dict:
    """A demonstration; in its midst the SpaceMouse is unplugged and plugged in again."""
    mouse = FakeMouse(MODEL)
    ports = FakePorts(mouse)
    options = RecordOptions(output=str(FOLDER / "spacemouse.hdf5"), teleop_device="spacemouse", num_demos=1, **FAST)
    stage = Record(options, env, device=lambda env: SpaceMouse(env, options.teleop_settings, SpaceMouseReader(ports)))
    pilot = CapPilot(env, mouse, options.teleop_settings, (BUTTONS[MODEL][0], NO_BUTTONS))
    seen = {"steps": 0}

    def meddle() -> None:
        seen["steps"] += 1
        if seen["steps"] == 40:
            seen["unplugged"] = unplug(stage, mouse)

    with stage:
        events = fly(stage, pilot, each_step=meddle)
    return {"events": told(events), **seen}


def unplug(stage, mouse) -> dict:
    steps = stage.snapshot()["steps"]
    mouse.gone = True
    events = stage.step()
    paused = stage.paused
    for _ in range(5):
        events += stage.step()
    made = stage.snapshot()["steps"] - steps
    mouse.gone = False
    wait_until(lambda: events.extend(stage.step()) or not stage.paused, "the mouse")
    # The first action after it: the robot is told to stay, for the cap is at rest again.
    return {"paused": paused, "made": made, "resumed": not stage.paused, "events": told(events)}


def teleop(env) -> dict:
    """Hold Q for a second at three step rates, by a clock that follows the steps: how far does the hand come?"""
    ways, clock = {}, Clock(keyboard)
    for hz in (10.0, 20.0, 40.0):
        options = TeleopOptions(teleop_settings={"step_hz": hz, "pos_sensitivity": 0.1, "ramp": 0.0}, seed=3)
        with Teleop(options, env) as stage:
            while stage._device is None:
                stage.step()
            start = env.eef_pose()[0, 0, :3, 3].clone()
            for pressed, steps in ((True, hz), (False, 15)):
                stage.request("key", key="Q", pressed=pressed, at=clock.now)
                begun = stage.snapshot()["steps"]
                for made in range(round(steps)):
                    clock.now += 1.0 / hz
                    while stage.snapshot()["steps"] - begun <= made:
                        stage.step()
            ways[hz] = (env.eef_pose()[0, 0, :3, 3] - start).tolist()
            stage.request("key", key="ESCAPE", pressed=True)
            ending = [event for _ in range(3) for event in stage.step()][-1]
    return {"ways": ways, "ending": asdict(ending)}


def say(line: str) -> None:
    print(line, file=sys.__stdout__, flush=True)


with open_env(DEFAULT_TASK, 1, device="cpu", assets="local") as env:
    begun = time.perf_counter()
    result = {"keyboard": record_by_keyboard(env), "spacemouse": record_by_spacemouse(env), "teleop": teleop(env)}
    say("RESULT " + json.dumps(result | {"seconds": time.perf_counter() - begun}))
    stage, pilot = by_keyboard(env, output=str(FOLDER / "keyboard.hdf5"), append=True, num_demos=0)
    with stage:
        fly(stage, pilot, tell=lambda event: say("EVENT " + to_json(event)))
