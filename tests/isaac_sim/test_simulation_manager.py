# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Isaac Sim's own SimulationManager, the real class, is disabled for a run and enabled after it.

Its Python is executed as it is; what it holds of native code (its binding, omni.physics.core, the PhysX schema) is not
to be had, and answers whatever is asked.
"""

import importlib
import sys
import types
from pathlib import Path
from unittest.mock import MagicMock

from inside import ISAAC_SIM, in_isaac_sim, open_still, open_users_stage, run, step

NATIVE = (
    "isaacsim.core.simulation_manager.bindings",
    "omni.kit.stage_templates",
    "omni.metrics",
    "omni.metrics.assembler",
    "omni.metrics.assembler.core",
    "omni.physics.core",
    "omni.usd.commands",
    "omni.usd.editor",
    "pxr.PhysxSchema",
    "pxr.UsdSemantics",
)


def load_simulation_manager(folder: Path):
    """Import the manager's package, and start it as its extension does; return its module."""
    import omni
    import pxr

    for name in NATIVE:
        if importlib.util.find_spec(name.split(".")[0]) is None or name not in sys.modules:
            module = types.ModuleType(name)
            module.__getattr__ = lambda attribute: MagicMock(name=attribute)
            module.__path__ = []
            sys.modules[name] = module
    pxr.PhysxSchema, pxr.UsdSemantics = sys.modules["pxr.PhysxSchema"], sys.modules["pxr.UsdSemantics"]
    omni.physics.core = sys.modules["omni.physics.core"]
    for extension in ("isaacsim.core.experimental.utils", "isaacsim.core.simulation_manager"):
        sys.path.insert(0, str(folder / "isaacsim" / "exts" / extension))
    importlib.invalidate_caches()
    import isaacsim.core.simulation_manager as package

    package.SimulationManager._simulation_manager_interface = MagicMock()
    package.SimulationManager._physics_interface.get_simulation_ids.return_value = []
    package.SimulationManager._startup()
    return package


@in_isaac_sim(
    enable=("isaaclab.mimic.core", *(name for name in ISAAC_SIM if not name.startswith("isaacsim"))),
    settings=["/exts/isaacsim.core.simulation_manager/enable_default_callbacks=true"],
    allow_errors=True,
)
def test_the_real_manager_steps_back_and_comes_back(kit, tmp_path, isaac_sim_parts):
    import omni.timeline

    package = load_simulation_manager(isaac_sim_parts)
    manager, events = package.SimulationManager, package.IsaacEvents
    assert manager.__module__.endswith("impl.simulation_manager") and "isaacsim.core.sim" in manager.__module__
    before = manager.get_default_callback_status()
    assert all(before.values())
    open_users_stage(tmp_path)
    native = manager._simulation_manager_interface

    def work():
        with open_still() as env:
            assert package.SimulationManager is manager, "Isaac Lab has left the class in its place"
            assert not any(manager.get_default_callback_status().values())
            native.reset_mock()
            step(env, 3)
            assert not native.reset.called

    for _ in range(2):
        run(kit, work)
        assert (package.SimulationManager, package.IsaacEvents) == (manager, events)
        assert manager.get_default_callback_status() == before
        # It has set itself up for the user's stage.
        assert native.reset.called and native.register_physics_scene_addition_callback.called
        # And hears of the timeline again.
        native.reset_mock()
        view = manager._physics_sim_view__warp = MagicMock()
        timeline = omni.timeline.get_timeline_interface()
        timeline.play()
        kit.update(2)
        timeline.stop()
        kit.update(2)
        assert view.invalidate.called
