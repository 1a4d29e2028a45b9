# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Whether joint-space demonstrations succeed again after `mimic convert` has converted them to task space.

The sample's joint targets are played under joint position control, which gives the file that a joint-space task would
record. This is converted to relative and to absolute poses, and both are replayed.

python benchmarks/converted_actions.py
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.sample import SAMPLE
from isaaclab_mimic_core.stages.replay.playback import Playback, stacked_states
from isaaclab_mimic_core.tasks import DEFAULT_TASK
from isaaclab_mimic_core.tasks.open_env import open_env

SCALE = 0.5
SETTLING = 10
TARGETS = {
    "pose_rel": ("pose_rel", DEFAULT_TASK, []),
    "pose_abs": ("pose_abs", DEFAULT_TASK.replace("-Rel-", "-Abs-"), []),
    # As if the controller reached its target in one step.
    "pose_rel, no damping": ("pose_rel", DEFAULT_TASK, ["--damping", "0", "--substeps", "1"]),
}
"""What is measured -> kind of action, task, further options of `mimic convert`."""


def commanded(episodes: list[Episode], device: str) -> list[np.ndarray]:
    """Return the joint positions that the sample's actions commanded, one row a step."""
    targets: list[list[np.ndarray]] = [[] for _ in episodes]
    with open_env(DEFAULT_TASK, len(episodes), device=device, assets="local") as env, torch.inference_mode():
        robot = env.env.scene["robot"]
        playback = Playback(env, [episode.num_samples for episode in episodes], episodes.__getitem__, seed=1)
        playback.refill(range(env.num_envs))
        while not playback.done:
            env.step(playback.action())
            given = robot.data.joint_pos_target.torch.cpu().numpy()
            for env_id in np.flatnonzero(playback.playing):
                targets[playback.current[env_id]].append(given[env_id].copy())
            if over := playback.advance():
                playback.refill(over)
    return [np.stack(rows) for rows in targets]


def record(episodes: list[Episode], targets: list[np.ndarray], path: Path, device: str) -> int:
    """Play targets under joint position control, and write what succeeds as a joint-space task would."""
    from isaaclab.envs.mdp import JointPositionActionCfg

    def by_joints(cfg: Any) -> None:
        cfg.actions.arm_action = JointPositionActionCfg(
            asset_name="robot", joint_names=["panda_joint.*"], scale=SCALE, use_default_offset=True
        )

    count = len(episodes)
    lengths = [episode.num_samples for episode in episodes]
    with (
        open_env(DEFAULT_TASK, count, device=device, assets="local", configure=by_joints) as env,
        torch.inference_mode(),
    ):
        everyone = torch.arange(count, device=env.device)
        default = env.env.scene["robot"].data.default_joint_pos.torch[0, :7].cpu().numpy()
        actions = [
            np.concatenate([(rows[:, :7] - default) / SCALE, episode.data["actions"][:, 6:]], axis=1).astype(np.float32)
            for episode, rows in zip(episodes, targets, strict=True)
        ]
        env.reset(everyone, everyone)
        env.restore(stacked_states(episodes, "initial_state", 0, env.device), everyone)
        states: list[dict[str, list[np.ndarray]]] = [{} for _ in episodes]
        fulfilled = [False] * count
        for step in range(max(lengths)):
            rows = [action[min(step, len(action) - 1)] for action in actions]
            env.step(torch.as_tensor(np.stack(rows), device=env.device))
            state, success = env.state(), env.success().tolist()
            for env_id in (env_id for env_id in range(count) if step < lengths[env_id]):
                for name, values in state.items():
                    states[env_id].setdefault(f"states/{name}", []).append(values[env_id].cpu().numpy().copy())
                fulfilled[env_id] |= success[env_id] and step >= lengths[env_id] - SETTLING
    with DatasetWriter(path, {"env_name": "Isaac-Stack-Cube-Franka-v0"}) as writer:
        for env_id in np.flatnonzero(fulfilled):
            made = {name: np.stack(rows) for name, rows in states[env_id].items()}
            data = {**episodes[env_id].data, **made}
            data |= {"actions": actions[env_id], "processed_actions": targets[env_id]}
            writer.add(Episode(data, {"success": True}))
    return sum(fulfilled)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--num-envs", type=int, default=10, help="for replay")
    options = parser.parse_args()
    mimic = [sys.executable, "-m", "isaaclab_mimic_core"]
    with DatasetReader(SAMPLE) as reader:
        episodes = [reader.read(name) for name in reader.episode_names]
    with tempfile.TemporaryDirectory() as folder:
        joints = Path(folder) / "joints.hdf5"
        made = record(episodes, commanded(episodes, options.device), joints, options.device)
        print(f"{made} of {len(episodes)} succeed under joint position control and are converted")
        for name, (kind, task, further) in TARGETS.items():
            poses = Path(folder) / f"{name}.hdf5"
            command = [*mimic, "convert", joints, "--actions", kind, "--task", task, "--output", poses, *further]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            command = [*mimic, "replay", poses, "--json", "--num-envs", str(options.num_envs), "--assets", "local"]
            command += ["--device", options.device]
            lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
            replayed = [event for event in map(json.loads, lines) if event["event"] == "EpisodeReplayed"]
            joints_apart = sorted(event["joints_apart"] for event in replayed)
            objects_apart = sorted(1000 * event["objects_apart"] for event in replayed)
            middle = len(replayed) // 2
            print(
                f"{name}: {sum(event['success'] for event in replayed)} of {len(replayed)} succeed again; largest "
                f"difference, median and worst: joints {joints_apart[middle]:.4f}, {joints_apart[-1]:.4f} rad; objects "
                f"{objects_apart[middle]:.1f}, {objects_apart[-1]:.1f} mm"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
