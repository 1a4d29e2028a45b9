# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The state of a scene that signals are computed from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from ... import rotations
from ...robots.derived.fingers import Fingers
from ...sim.object_scale import read_scales
from ...sim.object_sizes import below_origin


@dataclass(frozen=True)
class Facts:
    """States of N environments, or of N steps of a recorded one; poses in the environment's frame.

    Each is a function of a name, so that only what a signal asks for is computed.
    """

    pose: Callable[[str], torch.Tensor]
    """Object or frame -> (N, 7) position [m] and quaternion (xyzw)."""
    velocity: Callable[[str], torch.Tensor]
    """Object or frame -> (N, 3) velocity [m/s]."""
    eef_pose: Callable[[str], torch.Tensor]
    """End effector -> (N, 4, 4) [m]."""
    eef_velocity: Callable[[str], torch.Tensor]
    """End effector -> (N, 3) velocity [m/s]."""
    joints: Callable[[str], torch.Tensor]
    """Articulation -> (N, joints) positions [rad, m]."""
    joint_index: Callable[[str, str], int]
    """Articulation, name of a joint -> its index."""
    fingers: Mapping[str, Fingers]
    """End effector -> the joints of its gripper."""
    size: Callable[[str], float] = lambda name: 1.0
    """Object or frame -> factor on its size, or on that of the object that the frame is fixed to."""
    below: Callable[[str], torch.Tensor] = lambda name: torch.zeros(1)
    """Object -> (N,) how far its lowest point would be below its frame at its own size [m]; 0 if that is not known."""


def live_facts(env: Any, fingers: Mapping[str, Fingers]) -> Facts:
    """Return what running environments say of themselves now.

    Args:
        env: A `BatchedEnv`.
        fingers: As for `Facts`.
    """
    scene = env.env.scene

    def asset(name: str) -> Any:
        return scene.rigid_objects.get(name) or scene.articulations[name]

    def frame_pose(name: str) -> torch.Tensor:
        return env.object_pose()[:, env.object_names.index(name)]

    def pose(name: str) -> torch.Tensor:
        if name in env.frame_names:
            found = frame_pose(name)
            return torch.cat([found[:, :3, 3], rotations.quat_from_matrix(found[:, :3, :3])], dim=-1)
        data = asset(name).data
        return torch.cat([data.root_pos_w.torch - scene.env_origins, data.root_quat_w.torch], dim=-1)

    def velocity(name: str) -> torch.Tensor:
        if name in env.frame_names:
            return env.frames.velocity(name, frame_pose(name)[:, :3, 3])
        return asset(name).data.root_lin_vel_w.torch

    def eef_velocity(eef: str) -> torch.Tensor:
        own = fingers[eef]
        data = scene[own.asset].data
        arm = (
            env.eef_pose()[:, env.eef_names.index(eef), :3, 3] + scene.env_origins - data.body_pos_w.torch[:, own.body]
        )
        turning = torch.linalg.cross(data.body_ang_vel_w.torch[:, own.body], arm)
        return data.body_link_vel_w.torch[:, own.body, :3] + turning

    scales = read_scales(env.info.get("object_scale", ""))

    def size(name: str) -> float:
        whose = env.frames.parents[name] if name in env.frame_names else name
        return scales.get(whose, (1.0, 1.0))[0] if whose else 1.0

    boxes = {
        name: torch.tensor(corners, device=env.device) for name, corners in env.info.get("object_boxes", {}).items()
    }

    def below(name: str) -> torch.Tensor:
        quats = pose(name)[:, 3:]
        if name not in boxes:
            return torch.zeros_like(quats[:, 0])
        low, high = boxes[name]
        return below_origin((high - low) / 2, (high + low) / 2, quats) / size(name)

    return Facts(
        pose=pose,
        velocity=velocity,
        eef_pose=lambda eef: env.eef_pose()[:, env.eef_names.index(eef)],
        eef_velocity=eef_velocity,
        joints=lambda name: scene.articulations[name].data.joint_pos.torch,
        joint_index=lambda name, joint: scene.articulations[name].joint_names.index(joint),
        fingers=fingers,
        size=size,
        below=below,
    )
