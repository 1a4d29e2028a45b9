# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Whether the demonstrations in a file are what they say: each is put to two tests in real physics.

- rest: its last recorded state is restored and left alone for a second, the arm holding still and the gripper as it
  was last commanded; then the task's own success term is asked.
- replay: its actions are played from its initial state, then the same second of rest, and the success term is asked
  again. Also told is how far the robot's joints and the objects strayed from what was recorded, and at which step a
  joint first did so by more than a microradian.

Each is played in the environment it was generated in, if the file says which: physics repeats to the bit there, while
in another one the distance to the world's origin rounds differently. --num-envs plays them elsewhere.

    python benchmarks/verify_dataset.py generated.hdf5
    python benchmarks/verify_dataset.py generated.hdf5 --num-envs 4

Prints a table on standard error and the same as JSON, a line for every demonstration and one for the file, on standard
output. Ends with 0 if every demonstration passed the first test, else with 1.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from isaaclab_mimic_core import randomness
from isaaclab_mimic_core.datasets import DatasetReader, Episode
from isaaclab_mimic_core.envs import BatchedEnv
from isaaclab_mimic_core.errors import MimicError
from isaaclab_mimic_core.sim import open_env
from isaaclab_mimic_core.terminal.streams import take_streams

REST = 1.0
"""How long a scene is left alone before it is judged [s]."""
STRAYED = 1e-6
"""From this difference on a joint counts as having left what was recorded [rad]."""

_JOINTS = "articulation/robot/joint_position"


class Judge:
    """Puts up to `num_envs` demonstrations at a time to the tests, one an environment.

    Both tests take the demonstrations and, if it matters, the environment that each is put into.
    """

    def __init__(self, env: BatchedEnv):
        self._env = env
        self._rest_steps = round(REST / env.step_dt)

    @torch.inference_mode()
    def rest(self, episodes: list[Episode], places: Sequence[int] = ()) -> list[dict]:
        """Restore each last state and let it rest."""
        ids = self._place(episodes, places, "states", -1)
        gripper = self._gripper(episodes, ids)
        hold = self._env.eef_pose()
        for _ in range(self._rest_steps):
            self._env.step(self._env.target_to_action(hold, gripper))
        success = self._env.success()[ids].tolist()
        return [{"rest": value} for value in success]

    @torch.inference_mode()
    def replay(self, episodes: list[Episode], places: Sequence[int] = ()) -> list[dict]:
        """Play each one's actions from its initial state, then let it rest."""
        env = self._env
        ids = self._place(episodes, places, "initial_state", 0)
        lengths = torch.zeros(env.num_envs, dtype=torch.long, device=env.device)
        lengths[ids] = torch.tensor([episode.num_samples for episode in episodes], device=env.device)
        longest = int(lengths.max())
        actions = torch.zeros(env.num_envs, longest, env.action_dim, device=env.device)
        recorded: dict[str, torch.Tensor] = {}
        for row, episode in zip(ids.tolist(), episodes, strict=True):
            actions[row, : episode.num_samples] = torch.as_tensor(episode.data["actions"])
        for path in (_JOINTS, *_object_paths(episodes[0])):
            stacked = [_padded(episode.data[f"states/{path}"], longest) for episode in episodes]
            recorded[path] = torch.as_tensor(np.stack(stacked), device=env.device)
        gripper = self._gripper(episodes, ids)
        hold = env.eef_pose()
        at_end = torch.zeros(env.num_envs, dtype=torch.bool, device=env.device)
        apart = {path: torch.zeros(len(episodes), device=env.device) for path in recorded}
        strayed = torch.full((len(episodes),), -1, device=env.device)
        for step in range(longest + self._rest_steps):
            playing = step < lengths
            action = actions[:, min(step, longest - 1)]
            env.step(torch.where(playing[:, None], action, env.target_to_action(hold, gripper)))
            # Whoever plays on is followed, so that everyone rests where its own demonstration ends.
            hold = torch.where(playing[:, None, None, None], env.eef_pose(), hold)
            at_end = torch.where(step == lengths - 1, env.success(), at_end)
            if step < longest:
                state, mine = env.state(), playing[ids]
                for path, values in recorded.items():
                    gap = (state[path][ids] - values[:, step])[:, : 3 if path != _JOINTS else None].abs().amax(dim=1)
                    apart[path] = torch.where(mine, apart[path].maximum(gap), apart[path])
                strayed = torch.where(mine & (strayed < 0) & (apart[_JOINTS] > STRAYED), step, strayed)
        objects = torch.stack([gap for path, gap in apart.items() if path != _JOINTS], dim=1).amax(dim=1)
        verdicts = env.success()[ids].tolist(), at_end[ids].tolist(), strayed.tolist()
        return [
            {
                "replay": verdicts[0][i],
                "replay_at_last_action": verdicts[1][i],
                "strays_at_step": verdicts[2][i] if verdicts[2][i] >= 0 else None,
                "joints_apart_rad": round(float(apart[_JOINTS][i]), 7),
                "objects_apart_mm": round(1e3 * float(objects[i]), 4),
            }
            for i in range(len(episodes))
        ]

    def _place(self, episodes: list[Episode], places: Sequence[int], group: str, row: int) -> torch.Tensor:
        """Put each demonstration's state into an environment; return which: (len(episodes),) int64."""
        env = self._env
        everyone = torch.arange(env.num_envs, device=env.device)
        env.reset(everyone, randomness.streams(0, "reset", everyone))
        ids = torch.tensor(places, device=env.device) if places else everyone[: len(episodes)]
        state = {
            path: torch.as_tensor(
                np.stack([episode.group(group)[path][row] for episode in episodes]), device=env.device
            )
            for path in episodes[0].group(group)
        }
        env.restore(state, ids)
        return ids

    def _gripper(self, episodes: list[Episode], ids: torch.Tensor) -> torch.Tensor:
        """Return the last command to the grippers: (num_envs, num_eefs, gripper_dim)."""
        last = torch.zeros(self._env.num_envs, self._env.action_dim, device=self._env.device)
        last[ids] = torch.as_tensor(np.stack([episode.data["actions"][-1] for episode in episodes])).to(last)
        return self._env.action_to_gripper(last)


def _object_paths(episode: Episode) -> list[str]:
    return [f"rigid_object/{name}/root_pose" for name in episode.members("states/rigid_object")]


def _padded(values: np.ndarray, length: int) -> np.ndarray:
    return np.concatenate([values, np.repeat(values[-1:], length - len(values), axis=0)])


def batches(episodes: list[Episode], num_envs: int) -> tuple[int, list[tuple[list[int], list[int]]]]:
    """Decide what is played where.

    Args:
        episodes: The demonstrations.
        num_envs: How many environments there shall be; 0: as when they were generated.

    Returns:
        How many environments, and batches: indices of demonstrations, and an environment of its own for each.
    """
    made = [(episode.attrs.get("mimic") or {}).get("generated") or {} for episode in episodes]
    layouts = {origin.get("num_envs") for origin in made}
    if num_envs or len(layouts) != 1 or None in layouts:
        num_envs = num_envs or 16
        places = [index % num_envs for index in range(len(episodes))]
    else:
        (num_envs,) = layouts
        places = [origin["env"] for origin in made]
    planned: list[tuple[list[int], list[int]]] = []
    for index, place in enumerate(places):
        free = next((batch for batch in planned if place not in batch[1]), None)
        if free is None:
            planned.append(free := ([], []))
        free[0].append(index)
        free[1].append(place)
    return num_envs, planned


def verify(path: str, num_envs: int, physics: str, assets: str) -> tuple[list[dict], dict]:
    """Put every demonstration of a file to both tests.

    Returns:
        A verdict a demonstration, and one for the file.
    """
    with DatasetReader(path) as reader:
        episodes = list(reader.episodes(["actions", "initial_state", "states"]))
        task = reader.env_name
        made = next(iter((reader.data_attrs.get("mimic") or {}).values()), {})
    made = made if isinstance(made, dict) else {}
    physics = physics if physics != "auto" else made.get("physics", physics)
    assets = assets if assets != "auto" else made.get("assets", assets)
    num_envs, planned = batches(episodes, num_envs)
    rows: list[dict[str, Any]] = [{"demo": episode.name, "samples": episode.num_samples} for episode in episodes]
    with open_env(task, num_envs, physics=physics, assets=assets) as env:
        judge = Judge(env)
        for indices, places in planned:
            batch = [episodes[index] for index in indices]
            resting, replayed = judge.rest(batch, places), judge.replay(batch, places)
            for place, index, at_rest, after in zip(places, indices, resting, replayed, strict=True):
                rows[index] |= {"env": place} | at_rest | after
        info = env.info
    total = {
        "file": path,
        "demos": len(rows),
        "rest": sum(row["rest"] for row in rows),
        "replay": sum(row["replay"] for row in rows),
        "replay_at_last_action": sum(row["replay_at_last_action"] for row in rows),
        "replay_to_the_bit": sum(row["joints_apart_rad"] == row["objects_apart_mm"] == 0.0 for row in rows),
        "num_envs": num_envs,
        **{key: info[key] for key in ("task", "physics", "assets", "device")},
    }
    return rows, total


def main() -> int:
    parser = argparse.ArgumentParser(description="Whether the demonstrations in a file are what they say.")
    parser.add_argument("file")
    parser.add_argument("--num-envs", type=int, default=0, help="0: as many as when the file was made, else 16")
    parser.add_argument("--physics", default="auto", help="auto: what the file was made with")
    parser.add_argument("--assets", default="auto", help="auto: what the file was made with")
    arguments = parser.parse_args()
    streams = take_streams("verify_dataset", json_lines=False, verbose=False)
    try:
        rows, total = verify(**{("path" if key == "file" else key): value for key, value in vars(arguments).items()})
    except MimicError as error:
        print(error, file=streams.err)
        return error.exit_code
    columns = list(rows[0])
    widths = [max(len(column), 9) for column in columns]
    for line in (dict(zip(columns, columns, strict=True)), *rows):
        print(*(f"{line[c]!s:>{w}}" for c, w in zip(columns, widths, strict=True)), file=streams.err)
    print(
        f"at rest {total['rest']} of {total['demos']}, replayed {total['replay']} of {total['demos']}"
        f" ({total['replay_to_the_bit']} to the bit)",
        file=streams.err,
    )
    for line in (*rows, total):
        print(json.dumps(line), file=streams.out)
    return 0 if total["rest"] == total["demos"] else 1


if __name__ == "__main__":
    sys.exit(main())
