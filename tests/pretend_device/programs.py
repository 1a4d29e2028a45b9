# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What is run on a pretended device. Prints one JSON object: for each run how often who waited for whom, by place.

PYTORCH_JIT=0 python tests/pretend_device/programs.py            # all of them
PYTORCH_JIT=0 python tests/pretend_device/programs.py generator  # those whose names begin so
"""

import json
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.extend(
    str(Path(__file__).resolve().parents[1] / folder)
    for folder in ("", "../benchmarks", "unit/datagen", "unit/envs", "unit/robots", "unit/sim", "unit/tasks")
)

import learning_programs  # noqa: F401  registers its programs
import simulation_programs  # noqa: F401
import torch
from pretend import CUDA, OnDevice, pretended
from registry import NUM_ENVS, PROGRAMS, demonstrations, planted, program

STEPS = 150
"""Steps of a generator in which attempts end and others begin."""
FEW_STEPS = 44
"""Steps in which subtasks end and others begin."""


def _hurried(demo: Any) -> Any:
    """Return a demonstration with every second step: all that happens in an attempt happens in half the time."""
    poses = ("eef_pose", "target_eef_pose", "object_pose", "term_signals")
    halves = {name: {key: rows[::2] for key, rows in getattr(demo, name).items()} for name in poses}
    return replace(demo, actions=demo.actions[::2], **halves)


def _generator(mode: str, steps: int, **settings: Any) -> Callable[[Any], None]:
    def run(waits: Any) -> None:
        import generator_cost
        from kinematic import KinematicStackEnv

        from isaaclab_mimic_core.datagen.config import read_config
        from isaaclab_mimic_core.datagen.generator import Generator
        from isaaclab_mimic_core.datagen.settings import Settings
        from isaaclab_mimic_core.datagen.sources.bank import make_bank
        from isaaclab_mimic_core.envs.recorder import EpisodeRecorder

        demos = [_hurried(demo) for demo in demonstrations()]
        env = KinematicStackEnv(NUM_ENVS, str(CUDA))
        config = read_config(env, Settings.of(mode, **settings), 0)
        generator = Generator(env, config, make_bank(demos, env, config.subtasks))
        recorder = EpisodeRecorder(NUM_ENVS, env.device, len(demos[0].actions) * 3 // 2)
        made = generator_cost.Run(env, generator, recorder)
        waits.clear()
        for _ in range(steps):
            made.step()

    return run


program("generator, default")(_generator("default", STEPS))
program("generator, upstream")(_generator("upstream", FEW_STEPS))
program("generator, sources that succeed")(_generator("default", FEW_STEPS, learn_sources=True, keep_clear=True))


def _pose_functions(env: Any, waits: Any) -> None:
    """Ask a batched environment for all that the generator asks it in a step: twice, for tables are made once."""
    gripper = torch.zeros(env.num_envs, len(env.eef_names), env.gripper_dim, device=CUDA)
    noise = torch.zeros(env.num_envs, len(env.eef_names), env.pose_action_dim, device=CUDA)
    for _ in range(2):
        waits.clear()
        poses = env.eef_pose()
        assert isinstance(poses, OnDevice)
        action = env.target_to_action(poses, gripper, noise)
        assert isinstance(action, OnDevice)
        env.action_to_target(action)
        env.action_to_gripper(action)


def _upstream_class(place: str, eefs: tuple[str, ...], size: int) -> Callable[[Any], None]:
    def run(waits: Any) -> None:
        from isaaclab.utils.string import string_to_callable
        from still_env import INFO, SUCCESS, still_env

        from isaaclab_mimic_core.envs import adapt

        with torch.device(CUDA):
            env = still_env(string_to_callable(place), eefs, size)
        env.sim.device = str(CUDA)
        batched = adapt(env, SUCCESS, INFO)
        _pose_functions(batched, waits)
        batched.object_pose()

    return run


_UPSTREAM = "isaaclab_mimic.envs"
for name, place, eefs, size in (
    ("franka, relative", "franka_stack_ik_rel_mimic_env:FrankaCubeStackIKRelMimicEnv", ("franka",), 7),
    ("gr1t2", "pickplace_gr1t2_mimic_env:PickPlaceGR1T2MimicEnv", ("right", "left"), 36),
    ("g1", "locomanipulation_g1_mimic_env:LocomanipulationG1MimicEnv", ("right", "left"), 32),
):
    program(f"robot {name}")(_upstream_class(f"{_UPSTREAM}.{place}", eefs, size))


def _derived(relative: bool) -> Callable[[Any], None]:
    def run(waits: Any) -> None:
        import test_derived

        with torch.device(CUDA):
            env = test_derived.robots("robot")
            env.device = env.sim.device = str(CUDA)
            test_derived.act(env, ("arm",), gripper=test_derived.grip(), arm=test_derived.ik(relative=relative))
            batched = test_derived.derived(env)
        batched.device = CUDA
        _pose_functions(batched, waits)

    return run


program("robot derived, relative")(_derived(True))
program("robot derived, absolute")(_derived(False))


@program("script")
def _script(waits: Any) -> None:
    from kinematic import KinematicStackEnv

    from isaaclab_mimic_core import randomness
    from isaaclab_mimic_core.tasks.franka_stack.script import ScriptedStacker

    env: Any = KinematicStackEnv(NUM_ENVS, str(CUDA))
    rows = torch.arange(NUM_ENVS, device=CUDA)
    script = ScriptedStacker(env, seed=0)
    script.see = lambda: (env.eef_pose()[:, 0, :3, 3], env.eef_pose()[:, 0, :3, :3], env.world.cube_pose)
    env.reset(rows, randomness.streams(0, "reset", rows))
    script.begin(rows, rows)
    for _ in range(2):
        waits.clear()
        assert isinstance(script.action(), OnDevice)


@program("signals")
def _signals(waits: Any) -> None:
    from tempfile import TemporaryDirectory

    from test_described_signals_alone import CASES, HAND, read

    from isaaclab_mimic_core.tasks.signals.computing import compute
    from isaaclab_mimic_core.tasks.signals.facts import Facts

    with torch.device(CUDA):
        pose = torch.rand(NUM_ENVS, 7)
        velocity, joints, eef = torch.rand(NUM_ENVS, 3), torch.rand(NUM_ENVS, 3), torch.eye(4).repeat(NUM_ENVS, 1, 1)
    state = Facts(
        pose=lambda name: pose,
        velocity=lambda name: velocity,
        eef_pose=lambda name: eef,
        eef_velocity=lambda name: velocity,
        joints=lambda name: joints,
        joint_index=lambda asset, name: 0,
        fingers={"franka": HAND},
    )
    every = [said for said, _, _ in CASES.values() if said != "{not: other}"]
    with TemporaryDirectory() as folder:
        lines = [f"  signal_{index}: {said}\n" for index, said in enumerate(every)]
        found = read(Path(folder), f"signals:\n{''.join(lines)}").signals
    for _ in range(2):
        waits.clear()  # numbers of the descriptor are copied in the first step
        for statement in found.values():
            assert isinstance(compute(statement, state, found), OnDevice)


program("planted, a tensor of the host")(planted(lambda poses: poses + torch.ones(4)))
program("planted, a NumPy array")(planted(lambda poses: torch.from_numpy(poses.numpy())))
program("planted, one number")(planted(lambda poses: poses * poses.sum().item()))
program("planted, a mask")(planted(lambda poses: poses[poses > 0]))


def main(prefixes: list[str]) -> None:
    found: dict[str, Any] = {}
    demonstrations()  # without a device, as if they came from a file
    for name, run in PROGRAMS.items():
        if prefixes and not any(name.startswith(prefix) for prefix in prefixes):
            continue
        with pretended() as waits, torch.no_grad():
            try:
                run(waits)
                error = ""
            except Exception as raised:
                error = f"{type(raised).__name__}: {raised}"
                traceback.print_exc()
            found[name] = {"error": error, "to_host": waits.to_host, "to_device": waits.to_device, "lines": waits.lines}
            found[name] = json.loads(json.dumps(found[name]))  # a copy: the next one clears them
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
