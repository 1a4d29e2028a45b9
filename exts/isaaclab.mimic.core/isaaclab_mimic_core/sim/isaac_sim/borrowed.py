# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Prepare a running Isaac Sim for a run of Isaac Lab, and restore it afterwards."""

import contextlib
import logging
import os
import random
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from ..visualizers import LiveView
from .managers import fabric_extension_restored, physx_manager_adapted, simulation_manager_disabled
from .restoring import restored
from .settings import RecordedSettings, recorded_settings
from .stage import OwnStage, own_stage
from .timeline import own_timeline, timeline_stopped

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

_WRITTEN_DIRECTLY = (
    "/app/player/playSimulations",
    # By isaaclab_teleop, for a headset.
    "/persistent/xr/openxr/disableInputBindings",
    '/xr/openxr/components/"isaacsim.kit.xr.teleop.bridge"/enabled',
    "/persistent/xr/render/nearPlane",
    "/persistent/xr/anchorMode",
    "/xrstage/customAnchor",
)
"""Settings that Isaac Lab writes to carb directly, not through its `SettingsManager`."""

_HASH_SEED = "PYTHONHASHSEED"
_HANG_DETECTOR = "/app/hangDetector/enabled"
"""Kit 110.4 reads it continuously, not only at the start."""


class BorrowedApplication:
    """The parts of the application that a stage needs while it runs."""

    def __init__(self, settings: RecordedSettings, stage: OwnStage, timeline: Any, follow: bool):
        self._settings, self._stage, self._timeline, self._follow = settings, stage, timeline, follow

    @contextlib.contextmanager
    def hang_detector_off(self) -> Iterator[None]:
        """Turn off Kit's hang detector, which ends an application that builds a scene for more than 120 s."""
        self._settings.set(_HANG_DETECTOR, False)
        try:
            yield
        finally:
            self._settings.put_back(_HANG_DETECTOR)

    def view(self, env: "ManagerBasedRLEnv") -> LiveView:
        """Return the live view of open environments: Isaac Sim's viewport and timeline."""
        self._stage.clear_pending_edits()
        return _Viewport(env, self._stage, self._timeline, self._follow)


@contextlib.contextmanager
def borrowed_application(device: str, visualizer: str) -> Iterator[BorrowedApplication]:
    """Prepare the application for Isaac Lab as its launcher does, and restore everything at the end.

    Enter and leave it from a coroutine of the application's own event loop, because both update the application.

    Args:
        device: `cpu` or `cuda:<index>`.
        visualizer: `kit` to update the viewport after each step.
    """
    with contextlib.ExitStack() as stack:
        restore_callbacks = stack.enter_context(simulation_manager_disabled())
        stack.enter_context(_process_state_restored(device))
        settings = stack.enter_context(recorded_settings())
        for path in _WRITTEN_DIRECTLY:
            settings.remember(path)
        # The same settings as isaaclab_physx.app.kit_launcher (3.0.0) writes. The option --no-window sets this one.
        has_window = settings.get("/app/window/enabled") is not False
        settings.set("/isaaclab/has_gui", has_window)
        settings.set("/isaaclab/render/offscreen", not has_window)
        settings.set("/isaaclab/video/enabled", False)
        settings.set("/isaaclab/xr/auto_start", False)
        if device != "cpu":
            # As Isaac Lab's application files set it: PhysX's state then never leaves the GPU.
            settings.set("/physics/fabricUseGPUInterop", True)
        stack.enter_context(fabric_extension_restored())
        timeline = stack.enter_context(own_timeline())
        stage = stack.enter_context(own_stage())
        # Isaac Sim's manager has to be enabled before the previous stage opens again.
        stack.callback(restore_callbacks)
        stack.enter_context(physx_manager_adapted())
        yield BorrowedApplication(settings, stage, timeline, follow=visualizer == "kit")


@contextlib.contextmanager
def _process_state_restored(device: str) -> Iterator[None]:
    """Restore the process-wide state that Isaac Lab changes: default devices, random states, logging levels."""
    import numpy as np
    import torch
    import warp

    cudnn, logger = torch.backends.cudnn, logging.getLogger()
    states = [
        (warp.get_device, warp.set_device),
        (random.getstate, random.setstate),
        (np.random.get_state, np.random.set_state),
        (torch.get_rng_state, torch.set_rng_state),
        (lambda: cudnn.benchmark, partial(setattr, cudnn, "benchmark")),
        (lambda: cudnn.deterministic, partial(setattr, cudnn, "deterministic")),
        (lambda: os.environ.get(_HASH_SEED), _set_hash_seed),
        *((partial(getattr, each, "level"), each.setLevel) for each in (logger, *logger.handlers)),
    ]
    if device != "cpu":
        states.append((torch.cuda.current_device, torch.cuda.set_device))
    with contextlib.ExitStack() as stack:
        for read, write in states:
            stack.enter_context(restored(read, write))
        yield


def _set_hash_seed(value: str | None) -> None:
    os.environ.pop(_HASH_SEED, None)
    if value is not None:
        os.environ[_HASH_SEED] = value


class _Viewport(LiveView):
    """Isaac Sim's viewport and toolbar as the live view of a stage."""

    def __init__(self, env: "ManagerBasedRLEnv", stage: OwnStage, timeline: Any, follow: bool):
        super().__init__(env)
        self._stage, self._timeline = stage, timeline
        self._rested = False
        if follow:
            # The viewport draws what is in Fabric, and PhysX updates Fabric only on request.
            env.sim.add_render_callback("isaaclab.mimic", lambda _: env.sim.forward(), order=10)

    @property
    def paused(self) -> bool:
        return not self._timeline.is_playing()

    def check(self) -> None:
        self._stage.check()
        if self._timeline.is_stopped():
            raise timeline_stopped()
        if self.paused:
            self._rested = True
        elif self._rested:
            self._rested = False
            # Isaac Lab does this at the end of its own wait; without it articulations freeze in the viewport.
            physics: Any = self._sim.physics_manager
            physics._sync_fabric_after_resume()

    def resume(self) -> None:
        if not self._timeline.is_stopped():
            self._timeline.play()

    def refresh(self) -> None:
        """Do nothing: the application draws by itself."""
