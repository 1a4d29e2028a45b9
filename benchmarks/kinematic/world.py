# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Three cubes and a hand per environment, moved by kinematics alone."""

import isaaclab.utils.math as math_utils
import torch

from isaaclab_mimic_core import randomness, rotations

CUBE = 0.0406
"""Edge of a cube [m]."""
CUBES = ("cube_1", "cube_2", "cube_3")
ACTION_DIM = 7
"""Shift (3) [m], turn as axis times angle (3) [rad], gripper (1, negative closes)."""

_ACTION_SCALE = 0.5
"""A step achieves this part of the shift and turn asked for, as the stack task's controller does."""
_GRASP_RADIUS = 0.045
_HOME = (0.4666, -0.0362, 0.2525)
_SLOTS = ((0.42, -0.12), (0.50, 0.0), (0.58, 0.12))


class StackWorld:
    """The state of a batch of environments, and its change by an action.

    A gripper that closes takes the nearest cube within 4.5 cm; one that opens drops it onto whatever is highest below
    it. So what decides success is where the hand is when the gripper moves, which action noise disturbs.

    Args:
        num_envs: Number of environments.
        device: Where the tensors live.
    """

    def __init__(self, num_envs: int, device: torch.device | str = "cpu"):
        self.num_envs = num_envs
        self.device = torch.device(device)
        self._rows = torch.arange(num_envs, device=device)
        self._home = torch.tensor(_HOME, device=device)
        self._slots = torch.tensor(_SLOTS, device=device)
        self.eef_position = self._home.repeat(num_envs, 1)
        """(num_envs, 3) [m]"""
        self.eef_rotation = torch.diag(torch.tensor([1.0, -1.0, -1.0], device=device)).repeat(num_envs, 1, 1)
        self.cube_pose = torch.zeros(num_envs, len(CUBES), 7, device=device)
        """(num_envs, 3, 7) position [m] and quaternion (xyzw)"""
        self.held = torch.full((num_envs,), -1, dtype=torch.long, device=device)
        """(num_envs,) the cube in the hand, -1 for none."""
        self.closed = torch.zeros(num_envs, dtype=torch.bool, device=device)
        self._held_at = torch.zeros(num_envs, 3, device=device)
        self.obs_buf: dict[str, dict[str, torch.Tensor]] = {}
        """Observations by group and term, as a manager-based environment has them."""
        self.reset(self._rows, self._rows)

    def reset(self, env_ids: torch.Tensor, keys: torch.Tensor) -> None:
        """Put environments into random initial states.

        Args:
            env_ids: (K,) which environments.
            keys: (K,) streams that the states are drawn from.
        """
        draw = randomness.uniform(keys, 0, 15)
        jitter, order, place, yaw = draw.split((3, 3, 6, 3), dim=-1)
        self.eef_position[env_ids] = self._home + 0.01 * (jitter - 0.5)
        self.eef_rotation[env_ids] = torch.diag(torch.tensor([1.0, -1.0, -1.0], device=self.device))
        spots = self._slots[order.argsort(dim=-1)] + 0.03 * (place.reshape(-1, 3, 2) - 0.5)
        half, none = 0.75 * (yaw - 0.5), torch.zeros_like(yaw)
        height = torch.full_like(yaw, CUBE / 2)
        quat = torch.stack([none, none, half.sin(), half.cos()], dim=-1)
        self.cube_pose[env_ids] = torch.cat([spots, height[..., None], quat], dim=-1)
        self.held[env_ids] = -1
        self._held_at[env_ids] = 0.0
        self.closed[env_ids] = False
        self._observe()

    def step(self, action: torch.Tensor) -> None:
        """Move every hand, and the cube in it. `action`: (num_envs, 7)."""
        self.eef_position = self.eef_position + _ACTION_SCALE * action[:, :3]
        turn = _ACTION_SCALE * action[:, 3:6]
        angle = turn.norm(dim=-1)
        quat = math_utils.quat_from_angle_axis(angle, turn / angle[:, None].clamp_min(1e-9))
        self.eef_rotation = math_utils.matrix_from_quat(quat) @ self.eef_rotation
        closing = action[:, 6] < 0
        self._grasp(closing & ~self.closed)
        self._carry()
        self._drop(~closing & (self.held >= 0))
        self.closed = closing
        self._observe()

    def rests(self) -> torch.Tensor:
        """Return whether cube 2 lies on cube 1, and cube 3 on cube 2: (num_envs, 2) bool."""
        gap = self.cube_position[:, 1:] - self.cube_position[:, :-1]
        return (gap[..., :2].norm(dim=-1) < 0.06) & ((gap[..., 2] - CUBE).abs() < 0.005)

    def stacked(self) -> torch.Tensor:
        """Return where all three cubes lie on each other and the gripper is open: (num_envs,) bool."""
        return self.rests().all(dim=1) & ~self.closed

    @property
    def cube_position(self) -> torch.Tensor:
        """(num_envs, 3, 3) [m], a view."""
        return self.cube_pose[..., :3]

    def state(self) -> dict[str, torch.Tensor]:
        """Return the whole state by path: (num_envs, size)."""
        cubes = {f"rigid_object/{name}/root_pose": self.cube_pose[:, i] for i, name in enumerate(CUBES)}
        return {
            **cubes,
            "hand/position": self.eef_position,
            "hand/rotation": self.eef_rotation.flatten(1),
            "hand/closed": self.closed[:, None],
            "hand/held": self.held[:, None],
            "hand/held_at": self._held_at,
        }

    def restore(self, state: dict[str, torch.Tensor], env_ids: torch.Tensor) -> None:
        """Put environments `env_ids` (K,) back to a state of K rows."""
        for i, name in enumerate(CUBES):
            self.cube_pose[env_ids, i] = state[f"rigid_object/{name}/root_pose"]
        self.eef_position[env_ids] = state["hand/position"]
        self.eef_rotation[env_ids] = state["hand/rotation"].reshape(-1, 3, 3)
        # What was recorded comes back as floats.
        self.closed[env_ids] = state["hand/closed"][:, 0].bool()
        self.held[env_ids] = state["hand/held"][:, 0].long()
        self._held_at[env_ids] = state["hand/held_at"]
        self._observe()

    # -- what a step is made of

    def _grasp(self, closes: torch.Tensor) -> None:
        distance = (self.eef_position[:, None] - self.cube_position).norm(dim=-1)
        nearest = distance.argmin(dim=1)
        grasps = closes & (distance[self._rows, nearest] < _GRASP_RADIUS)
        self.held = torch.where(grasps, nearest, self.held)
        offset = self.cube_position[self._rows, nearest] - self.eef_position
        self._held_at = torch.where(grasps[:, None], offset, self._held_at)

    def _carry(self) -> None:
        which = self.held.clamp_min(0)
        carried = torch.where(
            (self.held >= 0)[:, None], self.eef_position + self._held_at, self.cube_position[self._rows, which]
        )
        self.cube_pose[self._rows, which, :3] = carried

    def _drop(self, drops: torch.Tensor) -> None:
        which = self.held.clamp_min(0)
        cube = self.cube_position[self._rows, which]
        others = self.cube_position
        below = (others[..., :2] - cube[:, None, :2]).abs().amax(dim=-1) < CUBE
        # Nothing supports itself: a cube's own height is never half an edge below it.
        below &= others[..., 2] < cube[:, None, 2] - CUBE / 2
        rest = torch.where(below, others[..., 2] + CUBE, CUBE / 2).amax(dim=1)
        self.cube_pose[self._rows, which, 2] = torch.where(drops, rest, cube[:, 2])
        self.held = torch.where(drops, -1, self.held)

    def _observe(self) -> None:
        beside = (self.cube_position[:, 1, :2] - self.cube_position[:, 0, :2]).norm(dim=-1)
        above = self.cube_position[:, 1, 2] - self.cube_position[:, 0, 2]
        self.obs_buf = {
            "policy": {
                "eef_pos": self.eef_position.clone(),
                "eef_quat": rotations.quat_from_matrix(self.eef_rotation),
                "gripper_pos": torch.where(self.closed, 0.02, 0.04)[:, None].expand(-1, 2),
                "cube_positions": self.cube_pose[..., :3].flatten(1),
                "cube_orientations": self.cube_pose[..., 3:].flatten(1),
            },
            "subtask_terms": {
                "grasp_1": self.held == 1,
                "stack_1": (beside < 0.05) & ((above - CUBE).abs() < 0.01) & ~self.closed,
                "grasp_2": self.held == 2,
            },
        }
