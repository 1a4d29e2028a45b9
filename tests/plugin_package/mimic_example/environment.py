# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The environment's class and configurations. Imported when the task is opened, for it brings Isaac Lab with it."""

from isaaclab.utils import configclass
from isaaclab_mimic.envs.franka_stack_ik_rel_mimic_env import FrankaCubeStackIKRelMimicEnv
from isaaclab_mimic.envs.franka_stack_ik_rel_mimic_env_cfg import FrankaCubeStackIKRelMimicEnvCfg


class ExampleStackEnv(FrankaCubeStackIKRelMimicEnv):
    """The stacking arm; what its poses and actions mean is upstream's."""


@configclass
class ExampleStackEnvCfg(FrankaCubeStackIKRelMimicEnvCfg):
    """Upstream's stack, of another name."""

    def __post_init__(self):
        super().__post_init__()
        self.datagen_config.name = "example_stack"


@configclass
class PlainStackEnvCfg(ExampleStackEnvCfg):
    """Nothing in it comes from the asset server, so no spec has to replace anything."""

    def __post_init__(self):
        from isaaclab_mimic_core.tasks.franka_stack.local_scene import use_local_assets

        super().__post_init__()
        use_local_assets(self, "ovphysx")
