# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Specs of all Mimic tasks of isaaclab_mimic 3.0.0, and of this package's own tasks."""

from ..plugins import TaskSpec, register_task

_CAMERAS = ("camera rendering",)
_ISAAC_SIM = ("Isaac Sim",)
_STACK = "isaaclab_mimic_core.tasks.franka_stack"
_STACK_SCENE = f"{_STACK}.local_scene:use_local_assets"
_STACK_SCRIPT = f"{_STACK}.script:ScriptedStacker"
_PICK_PLACE = "isaaclab_mimic_core.tasks.gr1t2_pick_place"
_NUT_POUR = "isaaclab_mimic_core.tasks.gr1t2_nut_pour"
_PIPE = "isaaclab_mimic_core.tasks.gr1t2_exhaust_pipe"
_G1 = "isaaclab_mimic_core.tasks.g1_pick_place"
_TWO_FRANKA = "isaaclab_mimic_core.tasks.two_franka"
_TWO_FRANKA_SCRIPTS = f"{_TWO_FRANKA}.script"

_TASKS = (
    TaskSpec(
        "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0",
        "Franka stacks three cubes (relative poses)",
        local_assets=_STACK_SCENE,
        script=_STACK_SCRIPT,
        train_configs={"robomimic": f"{_STACK}:robomimic.json"},
    ),
    TaskSpec(
        "Isaac-Stack-Cube-Franka-IK-Abs-Mimic-v0",
        "Franka stacks three cubes (absolute poses)",
        local_assets=_STACK_SCENE,
        script=_STACK_SCRIPT,
    ),
    TaskSpec(
        "Isaac-Stack-Cube-Franka-IK-Rel-Visuomotor-Mimic-v0",
        "Franka stacks three cubes, seen by two cameras",
        local_assets=_STACK_SCENE,
        script=_STACK_SCRIPT,
        train_configs={"robomimic": f"{_STACK}:robomimic_visuomotor.json"},
    ),
    TaskSpec(
        "Mimic-Lift-Box-Two-Franka-v0",
        "Two Frankas lift a long box together",
        register=f"{_TWO_FRANKA}:register",
        script=f"{_TWO_FRANKA_SCRIPTS}:ScriptedLifters",
    ),
    TaskSpec(
        "Mimic-Clear-And-Place-Two-Franka-v0",
        "One Franka clears a plate, another puts its cube there",
        register=f"{_TWO_FRANKA}:register",
        script=f"{_TWO_FRANKA_SCRIPTS}:ScriptedClearers",
    ),
    TaskSpec(
        "Isaac-Stack-Cube-Franka-IK-Rel-Blueprint-Mimic-v0",
        "Franka stacks three cubes, with blueprint cameras",
        needs=_CAMERAS,
        cloud_assets=True,
        script=_STACK_SCRIPT,
    ),
    TaskSpec(
        "Isaac-Stack-Cube-Franka-IK-Rel-Visuomotor-Cosmos-Mimic-v0",
        "Franka stacks three cubes, for Cosmos Transfer",
        needs=_CAMERAS,
        cloud_assets=True,
        script=_STACK_SCRIPT,
    ),
    TaskSpec(
        "IsaacContrib-Stack-Cube-Franka-IK-Rel-Skillgen",
        "Franka stacks three cubes, with planned transitions",
        needs=("a CUDA GPU",),
        cloud_assets=True,
        script=_STACK_SCRIPT,
    ),
    TaskSpec(
        "IsaacContrib-Stack-Cube-Bin-Franka-IK-Rel-Mimic",
        "Franka stacks cubes in a bin",
        local_assets=f"{_STACK}.bin_scene:use_local_assets",
        script=f"{_STACK}.bin_scene:BinStacker",
        signals=f"{_STACK}.bin_scene:BinStackSignals",
    ),
    TaskSpec(
        "Isaac-Stack-Cube-Galbot-Left-Arm-Gripper-RmpFlow-Rel-Mimic-v0",
        "Galbot stacks with its left gripper (relative)",
        needs=_ISAAC_SIM,
        cloud_assets=True,
    ),
    TaskSpec(
        "Isaac-Stack-Cube-Galbot-Right-Arm-Suction-RmpFlow-Rel-Mimic-v0",
        "Galbot stacks with its right suction cup (relative)",
        needs=_ISAAC_SIM,
        cloud_assets=True,
    ),
    TaskSpec(
        "Isaac-Stack-Cube-Galbot-Left-Arm-Gripper-RmpFlow-Abs-Mimic-v0",
        "Galbot stacks with its left gripper (absolute)",
        needs=_ISAAC_SIM,
        cloud_assets=True,
    ),
    TaskSpec(
        "Isaac-Stack-Cube-Galbot-Right-Arm-Suction-RmpFlow-Abs-Mimic-v0",
        "Galbot stacks with its right suction cup (absolute)",
        needs=_ISAAC_SIM,
        cloud_assets=True,
    ),
    TaskSpec(
        "Isaac-Place-Mug-Agibot-Left-Arm-RmpFlow-Rel-Mimic-v0",
        "Agibot puts a mug upright",
        needs=_ISAAC_SIM,
        cloud_assets=True,
    ),
    TaskSpec(
        "Isaac-Place-Toy2Box-Agibot-Right-Arm-RmpFlow-Rel-Mimic-v0",
        "Agibot puts a toy in a box",
        needs=_ISAAC_SIM,
        cloud_assets=True,
    ),
    TaskSpec(
        "Isaac-PickPlace-GR1T2-Abs-Mimic-v0",
        "GR1T2 hands an object over and places it",
        local_assets=f"{_PICK_PLACE}.local_scene:use_local_assets",
        script=f"{_PICK_PLACE}.script:ScriptedHandover",
        sample="gr1t2_pick_place",
        train_configs={"robomimic": f"{_PICK_PLACE}:robomimic.json"},
        signals=f"{_PICK_PLACE}.signals:signals_of",
    ),
    TaskSpec(
        "Isaac-PickPlace-GR1T2-WaistEnabled-Abs-Mimic-v0",
        "GR1T2 hands an object over and places it, waist enabled",
        local_assets=f"{_PICK_PLACE}.local_scene:use_local_assets",
        script=f"{_PICK_PLACE}.script:ScriptedHandover",
        signals=f"{_PICK_PLACE}.signals:signals_of",
    ),
    TaskSpec(
        "Isaac-NutPour-GR1T2-Pink-IK-Abs-Mimic-v0",
        "GR1T2 pours a nut and puts beaker and bowl away",
        local_assets=f"{_NUT_POUR}.local_scene:use_local_assets",
        script=f"{_NUT_POUR}.script:ScriptedPourer",
        sample="gr1t2_nut_pour",
        signals=f"{_NUT_POUR}.signals:signals_of",
    ),
    TaskSpec(
        "Isaac-ExhaustPipe-GR1T2-Pink-IK-Abs-Mimic-v0",
        "GR1T2 hands a pipe over and lays it into a bin",
        local_assets=f"{_PIPE}.local_scene:use_local_assets",
        script=f"{_PIPE}.script:ScriptedPipeHandover",
        sample="gr1t2_exhaust_pipe",
        signals=f"{_PIPE}.signals:signals_of",
    ),
    TaskSpec(
        "Isaac-Locomanipulation-G1-Abs-Mimic-v0",
        "G1 picks an object up, carries it, and puts it down",
        needs=("a walking policy",),
        local_assets=f"{_G1}.local_scene:use_local_assets",
        script=f"{_G1}.script:ScriptedCarrier",
        signals=f"{_G1}.signals:signals_of",
    ),
)
"""In the order in which they are listed for users."""

DEFAULT_TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"


def register() -> None:
    """Register all tasks of this module."""
    for task in _TASKS:
        register_task(task)
