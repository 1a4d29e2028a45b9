# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Every Mimic task of isaaclab_mimic 3.0.0, and our own, by the id it is registered under."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """One task.

    Attributes:
        id: The id in gymnasium's registry.
        title: What is to be done, for people.
        local: Whether its scene can be built without the cloud's assets.
        needs: What it needs beyond physics and assets, for people.
        package: Module that brings the task, if it is not one of upstream's: it has `register()`, which enters it in
            gymnasium's registry, and, for a local one, `use_local_assets(cfg, engine)`.
    """

    id: str
    title: str
    local: bool = False
    needs: tuple[str, ...] = ()
    package: str = ""


_CAMERAS = ("camera rendering",)
_ISAAC_SIM = ("Isaac Sim",)
_TWO_FRANKA = "isaaclab_mimic_core.tasks.two_franka"

TASKS = {
    task.id: task
    for task in (
        Task("Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0", "Franka stacks three cubes (relative poses)", local=True),
        Task("Isaac-Stack-Cube-Franka-IK-Abs-Mimic-v0", "Franka stacks three cubes (absolute poses)", local=True),
        Task(
            "Isaac-Stack-Cube-Franka-IK-Rel-Visuomotor-Mimic-v0",
            "Franka stacks three cubes, seen by two cameras",
            local=True,
        ),
        Task("Mimic-Lift-Box-Two-Franka-v0", "Two Frankas lift a long box together", local=True, package=_TWO_FRANKA),
        Task(
            "Mimic-Clear-And-Place-Two-Franka-v0",
            "One Franka clears a plate, another puts its cube there",
            local=True,
            package=_TWO_FRANKA,
        ),
        Task(
            "Isaac-Stack-Cube-Franka-IK-Rel-Blueprint-Mimic-v0",
            "Franka stacks three cubes, with blueprint cameras",
            needs=_CAMERAS,
        ),
        Task(
            "Isaac-Stack-Cube-Franka-IK-Rel-Visuomotor-Cosmos-Mimic-v0",
            "Franka stacks three cubes, for Cosmos Transfer",
            needs=_CAMERAS,
        ),
        Task(
            "IsaacContrib-Stack-Cube-Franka-IK-Rel-Skillgen",
            "Franka stacks three cubes, with planned transitions",
            needs=("a CUDA GPU",),
        ),
        Task("IsaacContrib-Stack-Cube-Bin-Franka-IK-Rel-Mimic", "Franka stacks cubes into a bin"),
        Task(
            "Isaac-Stack-Cube-Galbot-Left-Arm-Gripper-RmpFlow-Rel-Mimic-v0",
            "Galbot stacks with its left gripper (relative)",
            needs=_ISAAC_SIM,
        ),
        Task(
            "Isaac-Stack-Cube-Galbot-Right-Arm-Suction-RmpFlow-Rel-Mimic-v0",
            "Galbot stacks with its right suction cup (relative)",
            needs=_ISAAC_SIM,
        ),
        Task(
            "Isaac-Stack-Cube-Galbot-Left-Arm-Gripper-RmpFlow-Abs-Mimic-v0",
            "Galbot stacks with its left gripper (absolute)",
            needs=_ISAAC_SIM,
        ),
        Task(
            "Isaac-Stack-Cube-Galbot-Right-Arm-Suction-RmpFlow-Abs-Mimic-v0",
            "Galbot stacks with its right suction cup (absolute)",
            needs=_ISAAC_SIM,
        ),
        Task("Isaac-Place-Mug-Agibot-Left-Arm-RmpFlow-Rel-Mimic-v0", "Agibot puts a mug upright", needs=_ISAAC_SIM),
        Task(
            "Isaac-Place-Toy2Box-Agibot-Right-Arm-RmpFlow-Rel-Mimic-v0", "Agibot puts a toy in a box", needs=_ISAAC_SIM
        ),
        Task("Isaac-PickPlace-GR1T2-Abs-Mimic-v0", "GR1T2 picks and places", needs=_CAMERAS),
        Task(
            "Isaac-PickPlace-GR1T2-WaistEnabled-Abs-Mimic-v0", "GR1T2 picks and places, waist enabled", needs=_CAMERAS
        ),
        Task("Isaac-NutPour-GR1T2-Pink-IK-Abs-Mimic-v0", "GR1T2 pours nuts with both arms", needs=_CAMERAS),
        Task(
            "Isaac-ExhaustPipe-GR1T2-Pink-IK-Abs-Mimic-v0", "GR1T2 moves an exhaust pipe with both arms", needs=_CAMERAS
        ),
        Task(
            "Isaac-Locomanipulation-G1-Abs-Mimic-v0", "G1 picks and places with both hands", needs=("a walking policy",)
        ),
    )
}
"""Registered id -> task, in the order shown to people."""

DEFAULT_TASK = "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"
