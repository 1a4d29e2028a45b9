# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A Kit that looks like Isaac Sim to Isaac Lab: the real kernel and settings, and what `standins` stands in for.

Isaac Lab's own classes are the real ones: environment, simulation, PhysX manager, settings manager, launcher.
"""

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import still_task
from harness import in_kit
from harness.app import EXTS

STANDINS = Path(__file__).parent / "standins"
ISAAC_SIM = (
    "omni.usd",
    "omni.timeline",
    "omni.physx",
    "omni.physx.tensors",
    "omni.kit.widget.toolbar",
    "omni.kit.menu.utils",
    "isaacsim.core.simulation_manager",
)
UI = "isaaclab.mimic.ui"

in_isaac_sim = partial(in_kit, enable=("isaaclab.mimic.core", *ISAAC_SIM), ext_folders=(EXTS, STANDINS))
"""`in_kit` with the stand-ins. Isaac Lab talks on stderr, and Kit's log calls that errors."""


def open_still(**options):
    """Open environments in which nothing moves, as a context."""
    from isaaclab_mimic_core.tasks.open_env import open_env

    still_task.add_to_tasks()
    return open_env(still_task.ID, 2, **{"device": "cpu", "assets": "local", **options})


def run(kit, body: Callable[[], object]) -> object:
    """Call a function from a place where the application may be updated: a coroutine of its loop."""
    import omni.kit.app

    async def go() -> object:
        await omni.kit.app.get_app().next_update_async()
        return body()

    return kit.run(go())


def step(env, count: int = 1) -> None:
    """Step environments as a stage does."""
    import torch

    for _ in range(count):
        env.live.check()
        env.step(torch.zeros(env.num_envs, env.action_dim))


_KITS_NOTES = ("/app/tokens/", "/crashreporter/data/")
"""Where Kit itself writes down each extension that has ever been enabled, and never takes it out."""


def all_settings() -> dict[str, object]:
    """Return every setting of the application, by path; of those that hold others, that they exist."""
    import carb.settings

    found: dict[str, object] = {}

    def visit(values: dict, path: str) -> None:
        for name, value in values.items():
            if isinstance(value, dict):
                found[f"{path}/{name}"] = "{}"
                visit(value, f"{path}/{name}")
            else:
                found[f"{path}/{name}"] = value

    visit(carb.settings.get_settings().get("/"), "")
    return {path: value for path, value in found.items() if not path.startswith(_KITS_NOTES)}


def changed(before: dict, after: dict) -> dict:
    """Return what differs: path -> (before, after)."""
    return {
        path: (before.get(path), after.get(path))
        for path in before.keys() | after.keys()
        if before.get(path) != after.get(path)
    }


def layer_hash(stage) -> str:
    """Return what tells whether anything in a stage has changed: its root layer and its session layer."""
    layers = (stage.GetRootLayer(), stage.GetSessionLayer())
    return hashlib.sha256("".join(layer.ExportToString() for layer in layers).encode()).hexdigest()


def open_users_stage(folder: Path):
    """Open a stage as a user does who has it in a file, and has changed it since; return it."""
    import omni.usd
    from pxr import Usd, UsdGeom, UsdPhysics, UsdUtils

    path = folder / "kitchen.usda"
    stage = Usd.Stage.CreateNew(str(path))
    UsdGeom.SetStageUpAxis(stage, "Y")
    UsdGeom.Sphere.Define(stage, "/World/Ball")
    UsdPhysics.Scene.Define(stage, "/World/PhysicsScene")
    stage.Save()
    context = omni.usd.get_context()
    context.open_stage(str(path))
    UsdGeom.Cube.Define(context.get_stage(), "/World/NotSaved")
    context.set_pending_edit(True)
    assert UsdUtils.StageCache.Get().Contains(context.get_stage())
    return context.get_stage()
