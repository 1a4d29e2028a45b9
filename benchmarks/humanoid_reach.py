# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Whether the humanoid's inverse kinematics reaches what is in reach, and whether Pink does.

Poses of both hands of GR1T2 follow from joint positions that are uniform within the middle `--range` of the joints'
limits, so all are in reach. As in a controller, the solution starts from joints nearby: each up to `--distance` from
the pose's own, within its limits. Both solve with the settings of upstream's pick-place task, 1/120 s a step: `dls` for
all poses at once and a fixed number of steps, Pink for one after the other, until it is there or stands still.

    python benchmarks/humanoid_reach.py --only-poses --answers reach.npz   # 10,000 poses; Pink takes minutes
    python benchmarks/humanoid_reach.py --waist --distance 0.6 --pink 500 --answers waist.npz

A run that was ended goes on from the file of `--answers`, which holds Pink's. Prints a line of JSON: how many of those
that Pink was given each of the two reaches within 1 mm and 0.5 degrees, how many only one of them, how many of Pink's
answers ours is as near to, and by how much a joint of ours has passed its limits.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

NEAR = (1e-3, np.radians(0.5))
"""Largest distance at which a pose counts as reached [m], [rad]."""
THERE = (1e-5, 1e-4)
"""Distance at which Pink is not asked for more [m], [rad]."""
STILL = 1e-6
"""Largest change of a joint in a step at which Pink stands still [rad]."""
DT = 1 / 120
PART = 100
"""How many of Pink's answers are written at once."""


class Task:
    """Upstream's pick-place task as its inverse kinematics sees it: the chain, what is moved, and the posture."""

    def __init__(self, waist: bool, posture: bool):
        from isaaclab_tasks.contrib.pick_place import pickplace_gr1t2_env_cfg, pickplace_gr1t2_waist_enabled_env_cfg

        from isaaclab_mimic_core.robots.gr1t2.usd import gr1t2_kinematics
        from isaaclab_mimic_core.sim.whole_arm_ik.chain import chain_of

        kind: Any = (
            pickplace_gr1t2_waist_enabled_env_cfg.PickPlaceGR1T2WaistEnabledEnvCfg
            if waist
            else pickplace_gr1t2_env_cfg.PickPlaceGR1T2EnvCfg
        )
        cfg = kind()
        term = cfg.actions.upper_body_ik
        self.controller, self.robot = term.controller, cfg.scene.robot
        self.controller.usd_path, self.controller.urdf_path = None, str(gr1t2_kinematics())
        self.moved: list[str] = list(term.pink_controlled_joint_names)
        self.chain = chain_of(self.controller)
        self.frames = [task.frame for task in self.controller.variable_input_tasks if hasattr(task, "frame")]
        self.drawn = {
            name: self._initial(name)
            for task in self.controller.variable_input_tasks
            for name in getattr(task, "controlled_joints", ())
            if name in self.moved
        }

        if not posture:
            self.controller.variable_input_tasks = [
                task for task in self.controller.variable_input_tasks if hasattr(task, "frame")
            ]

    def _initial(self, joint: str) -> float:
        import re

        return next((value for key, value in self.robot.init_state.joint_pos.items() if re.fullmatch(key, joint)), 0.0)

    def draw(self, num: int, part: float, distance: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Return joint positions of poses, and where the solution starts: (num, J) each [rad]."""
        generator = np.random.default_rng(seed)
        low, high = self.chain.limits.T
        middle, half = 0.5 * (low + high), 0.5 * part * (high - low)
        wanted = generator.uniform(middle - half, middle + half, (num, len(low)))
        start = np.clip(wanted + generator.uniform(-distance, distance, wanted.shape), low, high)
        fixed = [name not in self.moved for name in self.chain.joints]
        wanted[:, fixed] = start[:, fixed] = 0.0
        return wanted, start


class Kinematics:
    """pinocchio's own kinematics of the chain."""

    def __init__(self, task: Task):
        import pinocchio

        self._pin: Any = pinocchio
        self.model: Any = pinocchio.buildModelFromUrdf(task.controller.urdf_path)
        self._data = self.model.createData()
        self._places = [self.model.joints[self.model.getJointId(name)].idx_q for name in task.chain.joints]
        self._frames = [self.model.getFrameId(frame) for frame in task.frames]

    def hands(self, q: np.ndarray) -> np.ndarray:
        """Return the hands' poses: (J,) [rad] -> (2, 7), position [m] and quaternion xyzw."""
        full = self._pin.neutral(self.model)
        full[self._places] = q
        self._pin.framesForwardKinematics(self.model, self._data, full)
        return np.array([self._pin.SE3ToXYZQUAT(self._data.oMf[frame]) for frame in self._frames])


def apart(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how far poses are apart: (..., 7) each -> (...) [m], (...) [rad]."""
    turn = 2.0 * np.arccos(np.clip(np.abs((a[..., 3:] * b[..., 3:]).sum(-1)), 0.0, 1.0))
    return np.linalg.norm(a[..., :3] - b[..., :3], axis=-1), turn


def near(a: np.ndarray, b: np.ndarray, most: tuple[float, float] = NEAR) -> np.ndarray:
    """Return whether both hands are: (..., 2, 7) each -> (...) bool."""
    far, turned = apart(a, b)
    return ((far < most[0]) & (turned < most[1])).all(-1)


def solve_all(task: Task, wanted: np.ndarray, start: np.ndarray, steps: int) -> np.ndarray:
    """Return our answers: (num, 2, 7) poses, (num, J) start -> (num, J) [rad]."""
    from isaaclab_mimic_core.sim.whole_arm_ik.solver import WholeArmSolver

    solver = WholeArmSolver(task.chain, task.moved, task.drawn, task.chain.limits, len(start), DT, "cpu")
    poses = torch.tensor(wanted.reshape(len(start), 14), dtype=torch.float32)
    return solver.converge(poses, torch.tensor(start, dtype=torch.float32), steps).double().numpy()


def solve_with_pink(
    task: Task, kinematics: Kinematics, wanted: np.ndarray, start: np.ndarray, steps: int, answers: Path, asked: str
) -> np.ndarray:
    """Return Pink's answers, those of the file, and new ones that are added to it: (num, J) [rad].

    `asked` says what the poses are; a file of others is refused.
    """
    import pinocchio
    from isaaclab.controllers.pink_ik import PinkIKController

    chain, controller = task.chain, task.controller
    names = kinematics.model.names.tolist()[1:]
    places = [names.index(name) for name in chain.joints]
    controller.joint_names, controller.all_joint_names = task.moved, names
    moved = [names.index(name) for name in task.moved]
    pink: Any = PinkIKController(controller, task.robot, "cpu", moved)
    found = np.empty((0, len(chain.joints)))
    if answers.is_file():
        kept = np.load(answers)
        if str(kept["asked"]) != asked:
            sys.exit(f"{answers} holds answers to other poses: {kept['asked']}")
        found = kept["found"]
    for index in range(len(found), len(start)):
        for each, target in zip(pink._variable_input_tasks, wanted[index], strict=False):
            each.set_target(pinocchio.XYZQUATToSE3(target))
        q = np.zeros(len(names))
        q[places] = start[index]
        for _ in range(steps):
            answer = pink.compute(q, DT).numpy()
            change = np.abs(answer - q[moved]).max()
            q[moved] = answer
            if change < STILL or near(kinematics.hands(q[places]), wanted[index], THERE):
                break
        found = np.concatenate([found, q[None, places]])
        if len(found) % PART == 0 or len(found) == len(start):
            np.savez(answers, found=found, asked=asked)
            print(f"Pink: {len(found)} of {len(start)}", file=sys.stderr)
    return found[: len(start)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--poses", type=int, default=10_000)
    parser.add_argument("--pink", type=int, help="how many of them Pink is given; by default all")
    parser.add_argument("--range", type=float, default=1.0, help="part of a joint's range that poses are from")
    parser.add_argument("--distance", type=float, default=0.3, help="of the start from the pose, in each joint [rad]")
    parser.add_argument("--waist", action="store_true", help="move the waist, too")
    parser.add_argument("--only-poses", action="store_true", help="leave Pink's posture and damping out")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--answers", type=Path, required=True, help="file of Pink's answers")
    given = parser.parse_args()
    task = Task(given.waist, not given.only_poses)
    kinematics = Kinematics(task)
    joints, start = task.draw(given.poses, given.range, given.distance, given.seed)
    wanted = np.array([kinematics.hands(q) for q in joints])
    began = time.process_time()
    ours = solve_all(task, wanted, start, given.steps)
    spent = time.process_time() - began
    low, high = task.chain.limits.T
    passed = max((low - ours).max(), (ours - high).max())
    reached = near(np.array([kinematics.hands(q) for q in ours]), wanted)
    some = len(start) if given.pink is None else given.pink
    asked = json.dumps({key: value for key, value in vars(given).items() if key not in ("pink", "answers")})
    theirs = solve_with_pink(task, kinematics, wanted[:some], start[:some], given.steps, given.answers, asked)
    poses = np.array([kinematics.hands(q) for q in theirs])
    pink_reached = near(poses, wanted[:some])
    same = near(np.array([kinematics.hands(q) for q in ours[:some]]), poses)
    result = {
        "poses": given.poses,
        "range": given.range,
        "distance": given.distance,
        "waist": given.waist,
        "pink_has_posture": not given.only_poses,
        "dls_reached": int(reached.sum()),
        "dls_ms_per_pose_and_step": round(1e3 * spent / given.poses / given.steps, 4),
        "limit_passed_by_rad": float(max(passed, 0.0)),
        "pink_given": some,
        "pink_reached": int(pink_reached.sum()),
        "dls_reached_of_these": int(reached[:some].sum()),
        "only_dls": int((reached[:some] & ~pink_reached).sum()),
        "only_pink": int((~reached[:some] & pink_reached).sum()),
        "as_near_to_pinks_answer": int((same & pink_reached).sum()),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
