# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A run inside Isaac Sim restores everything that it changes in the application.

Of Isaac Sim's SimulationManager the structure is here; `test_simulation_manager` takes the real one.
"""

import os
import random
import time
import types

import pytest
from inside import all_settings, changed, in_isaac_sim, layer_hash, open_still, open_users_stage, run, step

USERS = {
    "/physics/suppressReadback": True,
    "/physics/cudaDevice": 3,
    "/physics/updateToUsd": True,
    "/persistent/simulation/minFrameRate": 24,
    "/persistent/omnihydra/useSceneGraphInstancing": False,
    "/persistent/xr/openxr/disableInputBindings": False,
    "/app/player/playSimulations": True,
}
"""What a user's application may hold."""


@in_isaac_sim(allow_errors=True)
def test_settings_threads_devices_and_managers_are_as_before(kit, tmp_path):
    import carb.settings
    import isaacsim.core.simulation_manager as isaac_sim
    import torch
    import warp
    from isaacsim.core.simulation_manager import IsaacEvents, SimulationManager

    settings = carb.settings.get_settings()
    for path, value in USERS.items():
        settings.set(path, value)
    torch.set_num_threads(2)
    warp.init()
    callbacks = {**SimulationManager.get_default_callback_status(), "stage_close": False}
    SimulationManager.enable_default_callbacks(enable_stage_close=False)

    def work():
        with open_still() as env:
            assert type(env.env.sim).__module__ == "isaaclab.sim.simulation_context"
            assert env.env.sim.physics_manager.__module__ == "isaaclab_physx.physics.physx_manager"
            # As a headset does, in isaaclab_teleop.
            settings.set("/persistent/xr/openxr/disableInputBindings", True)
            step(env, 3)
            # Isaac Lab itself has left Isaac Sim's manager in its place.
            assert isaac_sim.SimulationManager is SimulationManager
            assert not any(SimulationManager.get_default_callback_status().values())
            assert env.env._window is None, "no second window about the environments"
            assert env.env.sim.cfg.physics.deterministic
            return all_settings(), torch.get_num_threads()

    # Twice: what the first import of Isaac Lab does must not count for the second run only.
    for _ in range(2):
        before = all_settings()
        random_numbers = random.getstate(), torch.get_rng_state().tolist(), os.environ.get("PYTHONHASHSEED")
        SimulationManager.told.clear()
        during, threads = run(kit, work)
        seen = {path: values[1] for path, values in changed(before, during).items()}
        assert seen["/isaaclab/has_gui"] is False and seen["/isaaclab/render/offscreen"] is True, "--no-window"
        assert seen["/physics/suppressReadback"] is False and seen["/physics/cudaDevice"] == -1
        assert seen["/physics/updateToUsd"] is False and seen["/physics/fabricUpdateTransformations"] is False
        assert seen["/persistent/simulation/minFrameRate"] == 50
        assert seen["/persistent/omnihydra/useSceneGraphInstancing"] is True
        assert seen["/persistent/xr/openxr/disableInputBindings"] is True
        assert threads == 1
        assert not (left := changed(before, all_settings())), left
        assert torch.get_num_threads() == 2
        after = random.getstate(), torch.get_rng_state().tolist(), os.environ.get("PYTHONHASHSEED")
        assert after == random_numbers
        assert (isaac_sim.SimulationManager, isaac_sim.IsaacEvents) == (SimulationManager, IsaacEvents)
        assert SimulationManager.get_default_callback_status() == callbacks
        # It hears of the stage that comes back, and of nothing before.
        assert SimulationManager.told == ["stage_open"], SimulationManager.told

    import isaaclab_physx
    from isaaclab.app.settings_manager import get_settings_manager

    assert get_settings_manager()._backend is None
    assert isaaclab_physx._SIMULATION_MANAGER_ENABLE_HOOK is None


@in_isaac_sim(allow_errors=True)
def test_on_a_gpu_physx_keeps_its_state_there_and_fabric_is_brought_up_to_date(kit, tmp_path):
    """The application's own settings show it, which PhysX reads; no GPU is needed to write them."""
    import carb.settings
    import torch

    from isaaclab_mimic_core.sim.isaac_sim import borrowed_application

    settings = carb.settings.get_settings()
    # As with a window, which this one has not.
    settings.set("/app/window/enabled", True)
    before = all_settings()
    torch.cuda.current_device, torch.cuda.set_device = lambda: 0, lambda device: None

    def work():
        with borrowed_application("cuda:0", "kit"):
            import omni.usd
            from isaaclab.app.settings_manager import get_settings_manager
            from isaaclab.physics import PhysicsManager
            from isaaclab.sim import SimulationCfg
            from isaaclab.sim.utils.stage import get_current_stage
            from isaaclab_physx.physics import PhysxCfg, PhysxManager
            from pxr import UsdPhysics

            manager, cfg = get_settings_manager(), SimulationCfg(device="cuda:0")
            UsdPhysics.Scene.Define(get_current_stage(), cfg.physics_prim_path)
            PhysicsManager._cfg = PhysxCfg()
            PhysicsManager._sim = types.SimpleNamespace(
                device="cuda:0", cfg=cfg, stage=get_current_stage(), set_setting=manager.set, get_setting=manager.get
            )
            try:
                PhysxManager._configure_physics()
            finally:
                PhysicsManager._sim = PhysicsManager._cfg = None
            assert settings.get("/physics/suppressReadback") is True
            assert settings.get("/physics/cudaDevice") == 0
            assert settings.get("/physics/fabricUseGPUInterop") is True
            assert settings.get("/isaaclab/has_gui") is True
            assert omni.usd.get_context().get_stage() is None

    run(kit, work)
    assert not (left := changed(before, all_settings())), left


@in_isaac_sim(
    allow_errors=True,
    settings=[f"/app/hangDetector/{name}" for name in ("enabled=true", "timeout=3", "alwaysEnabled=true")],
)
def test_a_scene_that_is_long_in_the_building_is_no_hang(kit, tmp_path):
    import carb.settings

    # The dialog that asks whether to end the program has nowhere to show.
    os.environ.pop("DISPLAY", None)
    os.environ.pop("WAYLAND_DISPLAY", None)
    settings = carb.settings.get_settings()

    def open_slowly():
        import still_env

        build = still_env.StillEnv.__init__

        def build_slowly(env, cfg):
            time.sleep(4.5)
            build(env, cfg)

        still_env.StillEnv.__init__ = build_slowly
        with open_still():
            assert settings.get("/app/hangDetector/enabled") is True, "it watches the run"

    def open_and_close():
        with open_still():
            pass

    # Loading Isaac Lab may take longer than this detector waits; with the usual 120 s it does not.
    settings.set("/app/hangDetector/enabled", False)
    run(kit, open_and_close)
    settings.set("/app/hangDetector/enabled", True)
    kit.update(3)
    run(kit, open_slowly)
    assert "Hang detected" not in kit.log()
    time.sleep(4.5)
    kit.update(3)
    assert "Hang detected" in kit.log(), "it is awake again"


@in_isaac_sim(allow_errors=True)
def test_the_users_stage_is_theirs(kit, tmp_path):
    import isaaclab.sim  # noqa: F401  seconds, once
    import omni.usd
    from pxr import Usd, UsdUtils

    from isaaclab_mimic_core.errors import TaskError

    context, cache = omni.usd.get_context(), UsdUtils.StageCache.Get()

    def one_is_open() -> bool:
        return cache.GetAllStages() == [context.get_stage()]

    # Nothing was open: something is, afterwards.
    def work(body=lambda env: None):
        def go():
            with open_still() as env:
                assert context.get_stage() is env.env.sim.stage
                step(env)
                body(env)

        return run(kit, go)

    work()
    assert one_is_open() and context.get_stage().GetRootLayer().empty

    # The user's own, with changes that are in no file.
    theirs = open_users_stage(tmp_path)
    name, before = theirs.GetRootLayer().identifier, layer_hash(theirs)
    saved = (tmp_path / "kitchen.usda").read_bytes()
    del theirs
    for _ in range(20):
        seen = len(context.seen)
        work()
        assert one_is_open() and len(context.seen) == seen + 2
        theirs = context.get_stage()
        assert (theirs.GetRootLayer().identifier, layer_hash(theirs)) == (name, before)
        assert context.has_pending_edit() and not theirs.GetPrimAtPath("/World/envs")
        del theirs
    assert (tmp_path / "kitchen.usda").read_bytes() == saved

    # A run that cannot be built leaves it as well.
    def broken(cfg):
        cfg.scene.env_spacing = "wide"

    def fail():
        with open_still(configure=broken):
            pass

    with pytest.raises(Exception):  # noqa: B017  whatever Isaac Lab says
        run(kit, fail)
    assert one_is_open() and layer_hash(context.get_stage()) == before and context.has_pending_edit()

    # Another one is opened in the middle of a run, which ends in words and leaves it alone.
    other = Usd.Stage.CreateNew(str(tmp_path / "garden.usda"))
    other.DefinePrim("/World/Tree")
    other.Save()
    del other

    def replace(env):
        context.open_stage(str(tmp_path / "garden.usda"))
        step(env)

    with pytest.raises(TaskError, match="another stage was opened") as told:
        work(replace)
    assert one_is_open() and context.get_stage_url().endswith("garden.usda")
    assert context.get_stage().GetPrimAtPath("/World/Tree") and not context.get_stage().GetPrimAtPath("/World/envs")
    rescued = Usd.Stage.Open(str(told.value.remedy).rsplit(" in ", 1)[1].rstrip("."))
    assert rescued.GetPrimAtPath("/World/NotSaved") and rescued.GetPrimAtPath("/World/PhysicsScene")
    # No more than the first one that the user left behind was ever closed with changes.
    assert all("mimic" in layer or "kitchen" in layer for layer in context.edited_closed)


@in_isaac_sim(enable=("isaaclab.mimic.core", "omni.usd", "omni.timeline"))
def test_an_application_for_usd_without_physx_is_no_isaac_sim(kit, tmp_path):
    from isaaclab_mimic_core.sim.host import inside_isaac_sim

    assert not inside_isaac_sim()
    kit.enable("omni.physx")
    assert not inside_isaac_sim(), "Isaac Lab needs its tensors, too"
    kit.enable("omni.physx.tensors")
    assert inside_isaac_sim()
