# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A task without anything that moves: Isaac Lab's real environment, simulation and managers, in an empty scene.

With it a whole run, from the configuration to the end, can be made where PhysX only counts (`isaac_sim_exts`).
"""

import torch
from isaaclab.envs import ManagerBasedRLMimicEnv, MimicEnvCfg, SubTaskConfig
from isaaclab.envs.manager_based_rl_env_cfg import ManagerBasedRLEnvCfg
from isaaclab.managers import ActionTerm, ActionTermCfg, ObservationGroupCfg, ObservationTermCfg, TerminationTermCfg
from isaaclab.physics.physics_manager_cfg import PhysxAutoCfg
from isaaclab.scene import InteractiveSceneCfg
from isaaclab.utils import configclass
from isaaclab_ov.physics import OvPhysxCfg
from isaaclab_physx.physics import PhysxCfg


class Nothing(ActionTerm):
    """One number that moves nothing."""

    def __init__(self, cfg, env):
        super().__init__(cfg, env)
        self._raw = torch.zeros(env.num_envs, 1, device=env.device)

    @property
    def action_dim(self):
        return 1

    @property
    def raw_actions(self):
        return self._raw

    @property
    def processed_actions(self):
        return self._raw

    def process_actions(self, actions):
        self._raw[:] = actions

    def apply_actions(self):
        pass


def steps_made(env):
    return env.episode_length_buf.float()[:, None] if hasattr(env, "episode_length_buf") else torch.zeros(
        env.num_envs, 1, device=env.device
    )  # fmt: skip


def never(env):
    return torch.zeros(env.num_envs, dtype=torch.bool, device=env.device)


@configclass
class NothingCfg(ActionTermCfg):
    """The action's."""

    class_type: type = Nothing
    asset_name: str = "terrain"


@configclass
class Actions:
    """All of them."""

    nothing: NothingCfg = NothingCfg()


@configclass
class Policy(ObservationGroupCfg):
    """What is seen."""

    steps: ObservationTermCfg = ObservationTermCfg(func=steps_made)


@configclass
class Observations:
    """All of them."""

    policy: Policy = Policy()


@configclass
class Terminations:
    """All of them."""

    success: TerminationTermCfg = TerminationTermCfg(func=never)


@configclass
class Empty:
    """No events, no rewards."""


@configclass
class StillCfg(ManagerBasedRLEnvCfg, MimicEnvCfg):
    """The task."""

    scene: InteractiveSceneCfg = InteractiveSceneCfg(num_envs=1, env_spacing=2.0)
    observations: Observations = Observations()
    actions: Actions = Actions()
    terminations: Terminations = Terminations()
    events: Empty = Empty()
    rewards: Empty = Empty()

    def __post_init__(self):
        super().__post_init__()
        self.decimation, self.episode_length_s = 2, 5.0
        self.sim.dt = 0.01
        self.subtask_configs["hand"] = [SubTaskConfig()]
        # As Isaac Lab's tasks name their physics.
        self.sim.physics = PhysxAutoCfg(isaacsim_physx=PhysxCfg(), ovphysx=OvPhysxCfg())


class StillEnv(ManagerBasedRLMimicEnv):
    """Its hand is nowhere else than at the origin."""

    def get_robot_eef_pose(self, eef_name, env_ids=None):
        return torch.eye(4).repeat(self.num_envs, 1, 1)

    def target_eef_pose_to_action(self, target_eef_pose_dict, gripper_action_dict, noise=None, env_id=0):
        return torch.zeros(1)

    def action_to_target_eef_pose(self, action):
        return {"hand": torch.eye(4).repeat(len(action), 1, 1)}

    def actions_to_gripper_actions(self, actions):
        return {"hand": torch.zeros_like(actions)}

    def get_object_poses(self, env_ids=None):
        return {"thing": torch.eye(4).repeat(self.num_envs, 1, 1)}

    def get_subtask_term_signals(self, env_ids=None):
        return {}
