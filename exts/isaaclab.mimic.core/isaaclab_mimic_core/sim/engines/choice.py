# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Choose a physics engine and set a task up for it."""

from typing import Any

from ...errors import OptionError, TaskError
from ...requirements import PHYSX, SIMULATION, lacking, require
from ..host import inside_isaac_sim, isaac_sim_is_here
from ..isaac_sim import check_application
from .cameras import draw_without_kit

ENGINES = ("ovphysx", "newton", "isaacsim")


def choose_engine(name: str) -> str:
    """Return the physics engine for `auto` or for an engine's name, if it can run in this process.

    `auto` is Isaac Sim's PhysX inside Isaac Sim. Elsewhere it is PhysX without Kit (ovphysx). Where ovphysx is not
    installed, as after `pip install isaaclab[isaacsim]`, it is an Isaac Sim that is started without a window.

    Raises:
        OptionError: The name is not that of an engine.
        TaskError: The engine cannot run here.
    """
    inside = inside_isaac_sim()
    if name == "auto":
        name = "isaacsim" if inside else automatic_engine()
    if name not in ENGINES:
        raise OptionError(
            f"{name!r} is not a physics engine", where="--physics", remedy=f"Use auto, {', '.join(ENGINES)}."
        )
    if name == "isaacsim" and not inside and not isaac_sim_is_here():
        raise TaskError(
            "there is no Isaac Sim in this Python",
            where="--physics isaacsim",
            remedy="Start the stage with Isaac Sim's own Python, or use --physics ovphysx.",
        )
    if name != "isaacsim" and inside:
        raise TaskError(
            "inside Isaac Sim only its own physics can run",
            where=f"--physics {name}",
            remedy="Use isaacsim, or run the stage in a worker process.",
        )
    if inside:
        check_application()
    if name != "isaacsim":
        require(PHYSX if name == "ovphysx" else SIMULATION, where=f"--physics {name}")
    return name


def automatic_engine() -> str:
    """Return the engine that `auto` stands for outside of a running Isaac Sim."""
    return "isaacsim" if lacking(PHYSX) and isaac_sim_is_here() else "ovphysx"


def configure_engine(cfg: Any, engine: str) -> None:
    """Set the physics of a task's configuration.

    PhysX runs in its deterministic mode. Otherwise it solves islands together that are close in memory: the number of
    solver iterations of an arm then depends on the cubes that are awake in other environments, and the same actions
    move it differently by millimetres. In the deterministic mode environments do not affect each other, at no
    measurable cost.
    """
    # Environments are copies of one another in every task here; without replication each would be parsed separately.
    cfg.scene.replicate_physics = True
    if engine == "ovphysx":
        from isaaclab_ov.physics import OvPhysxCfg

        cfg.sim.physics = OvPhysxCfg(deterministic=True)
    elif engine == "newton":
        from .newton import stacking_physics

        cfg.sim.physics = stacking_physics()
    else:
        cfg.scene.replicate_physics = False
        cfg.sim.physics = _isaac_sim_physics(cfg)
        cfg.sim.physics.deterministic = True
    if engine != "isaacsim":
        draw_without_kit(cfg)


def _isaac_sim_physics(cfg: Any) -> Any:
    """Return the task's configuration of Isaac Sim's PhysX.

    Tasks name a configuration that Isaac Lab's launcher resolves to another object; values set on it would be lost.

    Raises:
        TaskError: The task has no such configuration.
    """
    from isaaclab.app.sim_launcher import validate_launch
    from isaaclab_physx.physics import PhysxCfg

    try:
        physics = validate_launch(cfg, in_this_application())[0].resolved_physics_cfg
    except ValueError as error:
        raise TaskError(str(error).splitlines()[0], where="--physics isaacsim") from error
    if not isinstance(physics, PhysxCfg):
        raise TaskError(
            f"the task is made for other physics ({type(physics).__name__})",
            where="--physics isaacsim",
            remedy="Run the stage in a worker process, with the physics of the task.",
        )
    return physics


def in_this_application() -> dict:
    """Return the arguments with which Isaac Lab's `launch_simulation` uses the application that is already running.

    It then resolves the parts of the configuration that depend on Isaac Sim.
    """
    return {"visualizer": [], "livestream": 0, "require_kit": True}
