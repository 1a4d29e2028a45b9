# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Let scripts move humanoids in several tasks: `humanoids.py TASK ...`. Last line: JSON.

A program of its own, for one simulation can live in a process at a time.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from software_headset import LEFT, RIGHT, Headset, build, what_is_missing

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.datagen.snapshots import Snapshots
from isaaclab_mimic_core.devices import make_device
from isaaclab_mimic_core.devices.keyboard import KeyboardSettings
from isaaclab_mimic_core.devices.keyboard.device import Keyboard
from isaaclab_mimic_core.devices.xr import XrSettings
from isaaclab_mimic_core.robots.g1.navigation import place_of, put_at, seen_from
from isaaclab_mimic_core.tasks.gr1t2_nut_pour.script import ScriptedPourer
from isaaclab_mimic_core.tasks.gr1t2_pick_place.script import ScriptedHandover
from isaaclab_mimic_core.tasks.open_env import open_env

STEPS = 104
"""The left hand has closed on the object and lifted it."""
KEYS = 16
"""Steps for which somebody holds keys: 0.8 s."""
STAND, WALK = 30, 90
"""Steps for which robots stand, and then walk."""
ON = 5
"""Steps for which they go on, again and again."""


def pick_place(steps: int) -> dict:
    """Lift the rod, then drive both hands by keys."""
    with open_env("Isaac-PickPlace-GR1T2-Abs-Mimic-v0", 2, device="cpu", assets="local") as env:
        everyone = torch.arange(env.num_envs)
        env.reset(everyone, randomness.streams(1, "reset", everyone))
        script = ScriptedHandover(env, seed=1)
        script.begin(everyone, everyone)
        robot = env.env.scene["robot"]
        start = env.object_pose()[:, 0, :3, 3].clone()
        wrists = [robot.body_names.index(f"{side}_hand_pitch_link") for side in ("left", "right")]
        off = []
        for _ in range(steps):
            action = script.action()
            env.step(action)
            reached = robot.data.body_link_pose_w.torch[:, wrists, :3] - env.env.scene.env_origins[:, None]
            off.append((reached - action[:, :14].unflatten(1, (2, 7))[..., :3]).norm(dim=-1).max())
        signals = env.term_signals()
        result = {
            "ik": env.info["ik"],
            "actions": env.action_dim,
            "bodies": robot.num_bodies,
            "off": float(torch.stack(off).max()),
            "raised": (env.object_pose()[:, 0, 2, 3] - start[:, 2]).tolist(),
            "to_wrist": (env.object_pose()[:, 0, :3, 3] - reached[:, 0]).norm(dim=-1).tolist(),
            "idle_right": signals["idle_right"].tolist(),
            "success": env.success().tolist(),
            "observed": {name: list(shape) for name, shape in (env.observation_shapes() or {}).items()},
        }
        # An action that is not finite, if only of a finger, keeps the robot where it is.
        before, bad = robot.data.joint_pos.torch.clone(), script.action()
        bad[0, :14] += 0.2
        bad[0, -1] = torch.nan
        env.step(bad)
        moved = (robot.data.joint_pos.torch - before).abs().max(dim=1).values
        targets = env.env.action_manager.get_term("upper_body_ik").processed_actions
        result |= {"moved": moved.tolist(), "targets": bool(targets.isfinite().all())}
        # Somebody at the keyboard opens the left hand, moves the right one, and closes it.
        keyboard = Keyboard(env, KeyboardSettings(step_hz=20.0, ramp=0.0))
        keyboard.begin(everyone, everyone)
        while keyboard.readings()["arm"] != "right":
            keyboard.key("TAB", True, 0.0)
            keyboard.key("TAB", False, 0.0)
        began, result["driven"] = env.eef_pose()[:, :, :3, 3].clone(), {}
        for _ in range(KEYS):
            for name in ("K", "Q"):
                keyboard.key(name, True, time.monotonic())
            env.step(keyboard.action())
        went = (env.eef_pose()[:, :, :3, 3] - began)[..., 2].amax(dim=0)
        for side, letter in (("left", "L_"), ("right", "R_")):
            index = robot.joint_names.index(f"{letter}index_proximal_joint")
            finger = robot.data.joint_pos.torch[:, index].mean()
            result["driven"][side] = [float(went[env.eef_names.index(side)]), float(finger)]
        if not what_is_missing():
            result["by_headset"] = by_headset(env)
    return result


def by_headset(env) -> dict:
    """Let an operator's bare hands lead the robot's where they are, the left one then 8 cm up, the right one closed."""
    import isaaclab.utils.math as math_utils

    openxr_from_world = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
    with tempfile.TemporaryDirectory() as folder:
        manifest = build(Path(folder))
        os.environ["XR_RUNTIME_JSON"] = str(manifest)
        headset = Headset(manifest)
        device = make_device(env, "xr", XrSettings(step_hz=20.0))
        everyone = torch.arange(env.num_envs)
        env.reset(everyone, randomness.streams(2, "reset", everyone))
        device.begin(everyone, everyone)
        start, idle = env.eef_pose()[0].clone(), torch.tensor(env.cfg.idle_action)
        # The operator stands in the world; so does the first environment.
        origin = env.env.scene.env_origins[0]
        for step in range(2 * KEYS):
            for index, side in enumerate((LEFT, RIGHT)):
                place = idle[7 * index : 7 * index + 3] + origin
                place[2] += 0.08 * min(step / KEYS, 1.0) * (side == LEFT)
                # The operator looks along y as the robot does: both palms inward, thumbs up.
                across = 1.0 if side == RIGHT else -1.0
                wrist = torch.tensor([[0.0, across, 0.0], [0.0, 0.0, -1.0], [-across, 0.0, 0.0]])
                quat = math_utils.quat_from_matrix(openxr_from_world @ wrist)
                headset.hand(side, [*(openxr_from_world @ place).tolist(), *quat.tolist()], 0.08 - 0.06 * side)
            device.poll()
            action = device.action()
            env.step(action)
        shown = device.readings()
        device.close()
        robot = env.env.scene["robot"]
        fingers = [robot.joint_names.index(f"{letter}_index_proximal_joint") for letter in "LR"]
        end = env.eef_pose()[0]
        chosen = [env.eef_names.index(name) for name in ("left", "right")]
        return {
            "follows": [shown[side]["follows"] for side in ("left", "right")],
            "up": (end - start)[chosen, 2, 3].tolist(),
            # Pointing ahead, the palms inward, is how the robot's hands are held at first.
            "turned": (action[0, :14].view(2, 7)[:, 3:] @ idle[3:7]).abs().tolist(),
            "fingers": robot.data.joint_pos.torch[0, fingers].tolist(),
        }


def nut_pour(steps: int) -> dict:
    """Lift the beaker with the nut in it."""
    with open_env("Isaac-NutPour-GR1T2-Pink-IK-Abs-Mimic-v0", 1, device="cpu", assets="local") as env:
        everyone = torch.arange(env.num_envs)
        env.reset(everyone, randomness.streams(1, "reset", everyone))
        script = ScriptedPourer(env, seed=1)
        script.begin(everyone, everyone)
        names = ("sorting_beaker", "factory_nut", "sorting_bowl", "sorting_scale", "black_sorting_bin")
        chosen = [env.object_names.index(name) for name in names]
        start, pictures = env.object_pose()[0, chosen, :3, 3].clone(), []
        pictures.append(env.observations()["robot_pov_cam"][0].float())
        for _ in range(steps):
            env.step(script.action())
        pictures.append(env.observations()["robot_pov_cam"][0].float())
        pose = env.object_pose()[0, chosen]
        moved = pose[:, :3, 3] - start
        robot = env.env.scene["robot"]
        arms = [robot.joint_names.index(f"{side}_elbow_pitch_joint") for side in ("left", "right")]
        reddish = [image[..., 0] > 2.0 * image[..., 1:].amax(dim=-1) for image in pictures]
        return {
            "actions": env.action_dim,
            "stiffness": robot.data.joint_stiffness.torch[0, arms].tolist(),
            "raised": dict(zip(names, moved[:, 2].tolist(), strict=True)),
            "upright": float(pose[0, 2, 2]),
            "nut_beside_axis": float((pose[1, :2, 3] - pose[0, :2, 3]).norm()),
            "signals": {name: bool(values[0]) for name, values in env.term_signals().items()},
            "success": bool(env.success()[0]),
            "observed": sorted(env.observation_shapes() or {}),
            # Pixels of the beaker, and the row that is their middle, before and after.
            "beaker_seen": [[int(seen.sum()), float(seen.nonzero()[:, 0].float().mean())] for seen in reddish],
        }


def walking() -> dict:
    """Let one G1 stand, and others walk ahead, sideways and turn; all hold their hands."""
    velocities = torch.tensor([[0.0, 0.0, 0.0], [0.4, 0.0, 0.0], [0.0, -0.4, 0.0], [0.0, 0.0, 0.5]])
    with open_env("Isaac-Locomanipulation-G1-Abs-Mimic-v0", len(velocities), device="cpu", assets="local") as env:
        everyone = torch.arange(env.num_envs)
        env.reset(everyone, randomness.streams(1, "reset", everyone))
        robot = env.env.scene["robot"]
        hands = torch.tensor([[0.21, 0.16, 0.83, 0.0], [0.21, -0.16, 0.83, 0.0]]).expand(env.num_envs, 2, 4)
        start, off = place_of(env.env), []

        def step(told: torch.Tensor) -> None:
            pose = put_at(place_of(env.env)[:, None].expand(-1, 2, -1), hands)
            half, zero = 0.5 * pose[..., 3], torch.zeros_like(pose[..., 3])
            pose = torch.cat([pose[..., :3], torch.stack([zero, zero, half.sin(), half.cos()], dim=-1)], dim=-1)
            fingers = torch.zeros(env.num_envs, 14)
            height = torch.full((env.num_envs, 1), 0.72)
            env.step(torch.cat([pose.flatten(1), fingers, told, height], dim=1))
            wrists = torch.stack([env.eef_pose()[:, env.eef_names.index(side)] for side in ("left", "right")], dim=1)
            off.append((wrists[..., :3, 3] - pose[..., :3]).norm(dim=-1).max())

        for told in [torch.zeros_like(velocities)] * STAND + [velocities] * WALK:
            step(told)
        end = place_of(env.env)
        moved = seen_from(start, torch.stack([end[:, 0], end[:, 1], torch.zeros(len(end)), end[:, 2]], dim=1))
        joints = env.env.action_manager.get_term("upper_body_ik")._hand_joint_names
        seen = {
            "ik": env.info["ik"],
            "actions": env.action_dim,
            "hand_joints": list(joints),
            "moved": moved[:, [0, 1, 3]].tolist(),
            "upright": (-robot.data.projected_gravity_b.torch[:, 2]).tolist(),
            "heights": robot.data.root_pos_w.torch[:, 2].tolist(),
            "off": float(torch.stack(off[STAND:]).max()),
            "observed": {name: list(shape) for name, shape in (env.observation_shapes() or {}).items()},
        }
        # They go on, are put back to where they were with what their controllers kept, and without it, and go on.
        snapshots, slot, went = Snapshots(env, 1, []), torch.zeros(env.num_envs, dtype=torch.long), []
        snapshots.save(everyone, slot, env.state())
        state = {path: values.clone() for path, values in env.state().items()}
        for put_back in (None, lambda: snapshots.restore(everyone, slot), lambda: env.restore(state, everyone)):
            if put_back is not None:
                put_back()
            for _ in range(ON):
                step(velocities)
            went.append(robot.data.joint_pos.torch.clone())
        seen["again"], seen["without_memory"] = (float((each - went[0]).abs().max()) for each in went[1:])
        return seen


if __name__ == "__main__":
    kinds = {"pick_place": lambda: pick_place(STEPS), "nut_pour": lambda: nut_pour(STEPS), "walking": walking}
    print(json.dumps({name: kinds[name]() for name in sys.argv[1:]}))
