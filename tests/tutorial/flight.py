# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A test pilot in front of the window: sees what Record shows, a few times a second, and holds keys meanwhile.

The simulation is in another process and waits for nobody. So a key is held for the time that the way left takes, and
what has come of it is seen only afterwards, as for a person.
"""

import time

from pilots import AXES, Plan
from screen import Screen

STEP_HZ, SPEED, TURNING = 30.0, 0.12, 1.0
"""Steps per second, m/s, rad/s. The speed is half of what Record begins with: a pilot that sees ten pictures a second
cannot say to the step how long a key is held."""
_TOLERANCE = 0.008
"""[m] How exact a grasp and a placement have to be."""
_SETTLING = 6
"""Steps until the arm has come to rest after a key has gone up, and has been seen to."""
_PATIENCE, _DISBELIEF = 270, 90
"""Steps that a part of the plan may take, and that success may once all has been done; then the pilot resets."""


def fly(screen: Screen) -> None:
    """Drive until a demonstration has been kept."""
    plan = Plan(lambda: _poses(screen.see()), _TOLERANCE, grasp_wait=4)
    attempts, stage, since = 0, None, 0
    while (seen := screen.see())["active"]:
        shown = seen["snapshot"]
        steps = shown.get("steps", 0)
        if steps > since + (_DISBELIEF if plan.done else _PATIENCE):
            screen.note("lost")
            screen.picture("lost")
            screen.tap("R")
            seen = screen.wait(lambda seen, n=attempts: seen["snapshot"]["attempts"] > n, "a new attempt")
        if (ended := seen["snapshot"].get("attempts", 0)) != attempts:
            attempts, since = ended, 0
            assert attempts < 6, "the pilot has lost too many"
            plan.begin()
            continue
        if "watched" not in shown:
            screen.rest(0.05)
            continue
        left, turn, _, closed = plan.look()
        screen.note(plan.stage, [round(1000 * way) for way in left], round(turn, 2), steps)
        if _is_closed(seen) != closed:
            screen.tap("K")
            screen.wait(lambda seen, closed=closed: _is_closed(seen) == closed or not seen["active"], "the gripper")
        if plan.stage != stage:
            stage, since = plan.stage, steps
            if stage == 4 and not attempts:
                screen.picture("1_recording")
            screen.rest(0.1)
            continue
        _hold(screen, left, turn, shown)


def _hold(screen: Screen, left: list[float], turn: float, shown: dict) -> None:
    """Hold the keys for the way that is left, rather too short than too long, then wait until the arm rests."""
    rate = min(STEP_HZ, shown.get("steps_per_second") or STEP_HZ)
    ends: dict[str, float] = {}
    for keys, way, speed in zip(AXES, (*left, turn), (SPEED, SPEED, SPEED, TURNING), strict=True):
        if steps := round(abs(way) / (speed / STEP_HZ)):
            ends[keys[0] if way > 0 else keys[1]] = (steps - 0.4) / rate
    begin = time.monotonic()
    screen.keys(list(ends), True)
    for end in sorted(set(ends.values())):
        screen.rest(max(0.0, begin + end - time.monotonic()))
        screen.keys([name for name in ends if ends[name] == end], False)
    if not ends:
        screen.rest(0.1)
        return
    # What is seen now may be a tenth of a second old.
    now = screen.see()["snapshot"]
    rested = now.get("steps", 0) + _SETTLING + 0.1 * STEP_HZ

    def over(seen: dict) -> bool:
        shown = seen["snapshot"]
        return not seen["active"] or shown.get("attempts") != now.get("attempts") or shown.get("steps", 0) >= rested

    screen.wait(over, "the arm at rest")


def _is_closed(seen: dict) -> bool:
    return any(seen["snapshot"]["readings"]["closed"].values())


def _poses(seen: dict) -> tuple[list, list]:
    """Return the poses of the hand and of the cubes, in the order of their names."""
    watched = seen["snapshot"]["watched"]
    (hand,) = watched["eefs"].values()
    return hand, [watched["objects"][name] for name in sorted(watched["objects"])]
