# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Isaac Lab's own action terms over robots that stand still anywhere, without a simulator."""

import re
from types import SimpleNamespace
from typing import Any

import isaaclab.utils.math as math_utils
import torch

NUM_ENVS = 20
STEP = 0.05
STIFFNESS, DAMPING = 400.0, 80.0


def random_quats(*shape: int) -> torch.Tensor:
    return torch.nn.functional.normalize(torch.randn(*shape, 4), dim=-1)


def proxy(tensor: torch.Tensor) -> SimpleNamespace:
    return SimpleNamespace(torch=tensor, warp=tensor)


class _Ids(list):
    """Indices as Isaac Lab's proxy of an array."""

    warp = property(list)
    torch = property(list)


class StillRobot:
    """What action terms read of an articulation: bodies and root are at random poses.

    Args:
        bodies: Names of its bodies.
        joints: Names of its joints.
        origins: (NUM_ENVS, 3) of the environments [m].
    """

    is_fixed_base = True
    num_base_dofs = 0

    def __init__(self, bodies: list[str], joints: list[str], origins: torch.Tensor):
        self.body_names, self.joint_names = bodies, joints
        self.num_joints = len(joints)
        body_pos = torch.rand(NUM_ENVS, len(bodies), 3) + origins[:, None]
        root_pos, root_quat = torch.rand(NUM_ENVS, 3) + origins, random_quats(NUM_ENVS)
        body_quat = random_quats(NUM_ENVS, len(bodies))
        self.data = SimpleNamespace(
            body_pos_w=proxy(body_pos),
            body_quat_w=proxy(body_quat),
            body_link_pose_w=proxy(torch.cat([body_pos, body_quat], -1)),
            root_pos_w=proxy(root_pos),
            root_quat_w=proxy(root_quat),
            root_pose_w=proxy(torch.cat([root_pos, root_quat], -1)),
            joint_stiffness=proxy(torch.full((NUM_ENVS, len(joints)), STIFFNESS)),
            joint_damping=proxy(torch.full((NUM_ENVS, len(joints)), DAMPING)),
        )

    def find_bodies(self, names: Any) -> tuple[list[int], list[str]]:
        return self._find(self.body_names, names)

    def find_joints(self, names: Any, preserve_order: bool = False, as_proxy: bool = False) -> tuple[Any, list[str]]:
        found, matching = self._find(self.joint_names, names)
        return (_Ids(found) if as_proxy else found), matching

    def _find(self, known: list[str], names: Any) -> tuple[list[int], list[str]]:
        patterns = [names] if isinstance(names, str) else names
        found = [index for index, name in enumerate(known) if any(re.fullmatch(each, name) for each in patterns)]
        return found, [known[index] for index in found]


class StillScene(dict):
    """Assets by name."""

    num_envs = NUM_ENVS
    rigid_objects: dict = {}
    sensors: dict = {}

    def __init__(self, origins: torch.Tensor):
        super().__init__()
        self.env_origins = origins


def still_scene() -> Any:
    """Return an environment without actions; add robots to its `scene`, then terms with `act`."""
    origins = 10 * torch.rand(NUM_ENVS, 3)
    env = SimpleNamespace(
        num_envs=NUM_ENVS,
        device="cpu",
        step_dt=STEP,
        scene=StillScene(origins),
        sim=SimpleNamespace(device="cpu", visualizers=[], get_physics_dt=lambda: 0.01),
        obs_buf={"policy": {}},
    )
    return env


def act(env: Any, eef_names: tuple[str, ...], **terms: Any) -> Any:
    """Give an environment its action terms, each a term or a configuration that it is made from; return it."""
    from isaaclab.utils.string import string_to_callable

    made = {}
    for name, term in terms.items():
        kind = getattr(term, "class_type", None)
        made[name] = term if kind is None else (string_to_callable(kind) if isinstance(kind, str) else kind)(term, env)
    env.cfg = SimpleNamespace(subtask_configs={name: [] for name in eef_names})
    env.action_manager = SimpleNamespace(
        active_terms=list(made),
        get_term=made.__getitem__,
        total_action_dim=sum(term.action_dim for term in made.values()),
    )
    return env


def pose_of(position: torch.Tensor, quat: torch.Tensor) -> torch.Tensor:
    return math_utils.make_pose(position, math_utils.matrix_from_quat(quat))


def root_of(env: Any, robot: StillRobot) -> torch.Tensor:
    """Return a robot's root in the environment's frame: (NUM_ENVS, 4, 4) [m]."""
    return pose_of(robot.data.root_pos_w.torch - env.scene.env_origins, robot.data.root_quat_w.torch)
