# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What computes with Warp on the pretended device: inverse kinematics of whole arms, and the rasteriser."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import torch
from pretend import CUDA, OnDevice
from registry import NUM_ENVS, program

STEPS = 3


class _Scene(dict):
    """A scene's assets by name."""

    def __init__(self, **assets: Any):
        super().__init__(assets)
        self.env_origins = torch.zeros(NUM_ENVS, 3, device=CUDA)


@cache
def _arms() -> Any:
    """Return the action term of two arms on a waist, in all environments."""
    from two_arms import LINKS, write_arms

    from isaaclab_mimic_core.sim.preparing import prepare
    from isaaclab_mimic_core.sim.whole_arm_ik.action import WholeArmIK

    prepare()
    import warp as wp

    wp.init()

    joints = ["waist_yaw", "waist_pitch", *(f"{side}_joint_{i}" for side in ("left", "right") for i in range(7))]
    names = [*joints, "finger"]

    def array(values: torch.Tensor, kind: Any = None) -> Any:
        on_device = values.to(CUDA)
        return SimpleNamespace(torch=on_device, warp=wp.from_torch(on_device, *([kind] if kind else [])))

    limits = torch.tensor([-2.0, 2.0]).repeat(NUM_ENVS, len(names), 1)
    poses = torch.tensor([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]).repeat(NUM_ENVS, 1, 1)
    robot = SimpleNamespace(
        is_fixed_base=True,
        num_joints=len(names),
        joint_names=names,
        body_names=["base_link"],
        find_joints=lambda asked: ([names.index(name) for name in asked], list(asked)),
        set_joint_position_target_index=lambda **targets: written.update(targets),
        data=SimpleNamespace(
            default_joint_pos=array(torch.zeros(NUM_ENVS, len(names))),
            joint_pos=array(torch.zeros(NUM_ENVS, len(names))),
            soft_joint_pos_limits=array(limits),
            body_link_pose_w=array(poses, wp.transformf),
        ),
    )
    written: dict[str, Any] = {}
    with TemporaryDirectory() as folder:
        controller = SimpleNamespace(
            urdf_path=str(write_arms(Path(folder) / "arms.urdf")),
            base_link_name="base_link",
            num_hand_joints=1,
            variable_input_tasks=[*(SimpleNamespace(frame=link) for link in LINKS)],
        )
        cfg = SimpleNamespace(
            asset_name="robot",
            controller=controller,
            pink_controlled_joint_names=joints,
            hand_joint_names=["finger"],
            debug_vis=False,
        )
        sim = SimpleNamespace(get_physics_dt=lambda: 1 / 120)
        env: Any = SimpleNamespace(num_envs=NUM_ENVS, device=str(CUDA), scene=_Scene(robot=robot), sim=sim)
        return WholeArmIK(cfg, env), written


def _inverse_kinematics(fault: Any = None) -> Any:
    def run(waits: Any) -> None:
        from pretend_warp import pretended_warp

        with pretended_warp():
            term, written = _arms()
            hand = torch.tensor([0.2, 0.2, 0.3, 0.0, 0.0, 0.0, 1.0, 0.2, -0.2, 0.3, 0.0, 0.0, 0.0, 1.0, 0.5])
            action = hand.repeat(NUM_ENVS, 1).to(CUDA)
            term.reset()
            waits.clear()
            for _ in range(STEPS):
                term.process_actions(fault(action) if fault else action)
                term.apply_actions()
        assert isinstance(written["target"], OnDevice)
        assert (written["target"].held[:, :-1].abs() > 1e-4).any() and (written["target"].held[:, -1] == 0.5).all()

    return run


program("whole-arm inverse kinematics")(_inverse_kinematics())
program("planted in kinematics, a tensor of the host")(_inverse_kinematics(lambda action: action + torch.zeros(15)))
program("planted in kinematics, one number")(_inverse_kinematics(lambda action: action + 0.0 * action.sum().item()))


def _studio(device: str) -> Any:
    """Return a scene of two triangles, one of which moves, and a camera in every world."""
    import numpy as np
    import test_rasterizer
    from test_rasterizer import IDENTITY, Look, Shape, Studio

    corners = np.array([[[2.0, 1.0, -0.8], [3.0, -0.9, -0.5], [2.5, 0.1, 1.1]]], np.float32)
    looks = [Look(test_rasterizer.weld(corners)), Look(test_rasterizer.weld(corners + np.float32([0.5, 0.4, 0.1])))]
    shapes = [Shape(0, 0, -1, -1, IDENTITY), Shape(1, 1, -1, 0, IDENTITY)]
    return Studio(looks, shapes, NUM_ENVS, device=device)


def _rasterizer(fault: Any = None) -> Any:
    def run(waits: Any) -> None:
        from pretend_warp import pretended_warp

        with pretended_warp():
            studio = _studio(str(CUDA))
            drawn = torch.ones(NUM_ENVS, dtype=torch.int32, device=CUDA)
            waits.clear()
            for _ in range(STEPS):
                studio.position += 0.01
                studio.render(fault(drawn) if fault else drawn)
            there = {name: image.numpy() for name, image in studio.images.items()} if fault is None else {}
            waits.clear() if fault is None else None
        here = _studio("cpu") if there else None
        if here is not None:
            here.position += 0.01 * STEPS
            here.render(torch.ones(NUM_ENVS, dtype=torch.int32))
        for name, image in there.items():
            assert (image == here.images[name].numpy()).all(), f"the device's {name} is another one than the host's"

    return run


program("rasteriser")(_rasterizer())
program("planted in rasteriser, a tensor of the host")(_rasterizer(lambda drawn: torch.ones(NUM_ENVS).int()))
program("planted in rasteriser, one number")(_rasterizer(lambda drawn: drawn * int(drawn.max())))
