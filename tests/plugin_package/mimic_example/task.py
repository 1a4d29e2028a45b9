# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Two environments: one with a spec, and one that is only in gymnasium's registry."""

from isaaclab_mimic_core.plugins import TaskSpec

_STACK = "isaaclab_mimic_core.tasks.franka_stack"

TASK = TaskSpec(
    "Example-Stack-Mimic-v0",
    "My arm stacks three cubes",
    register="mimic_example.task:register",
    local_assets=f"{_STACK}.local_scene:use_local_assets",
    script=f"{_STACK}.script:ScriptedStacker",
)

PLAIN = "Example-Plain-Stack-Mimic-v0"


def register() -> None:
    """Enter the described environment in gymnasium's registry."""
    _enter(TASK.id, "ExampleStackEnvCfg")


def register_plain() -> None:
    """Enter the other one; Mimic finds it there by its id."""
    _enter(PLAIN, "PlainStackEnvCfg")


def _enter(task_id: str, config: str) -> None:
    import gymnasium

    if task_id not in gymnasium.registry:
        gymnasium.register(
            id=task_id,
            entry_point="mimic_example.environment:ExampleStackEnv",
            kwargs={"env_cfg_entry_point": f"mimic_example.environment:{config}"},
            disable_env_checker=True,
        )
