# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Everything that a run borrows of the application it runs in."""

import contextlib
import logging
import os
import random
from collections.abc import Iterator
from functools import partial
from typing import Any

from ..visualizers import LiveView
from .keeping import kept
from .managers import fabric_kept, isaac_lab_lets_go, isaac_sim_stands_back
from .settings import RecordedSettings, recorded_settings
from .stage import OwnStage, own_stage
from .timeline import own_timeline, timeline_stopped

_WRITTEN_DIRECTLY = (
    "/app/player/playSimulations",
    # By isaaclab_teleop, for a headset.
    "/persistent/xr/openxr/disableInputBindings",
    '/xr/openxr/components/"isaacsim.kit.xr.teleop.bridge"/enabled',
    "/persistent/xr/render/nearPlane",
    "/persistent/xr/anchorMode",
    "/xrstage/customAnchor",
)
"""Settings that Isaac Lab changes without its manager of settings."""

_HASH_SEED = "PYTHONHASHSEED"
_HANG_DETECTOR = "/app/hangDetector/enabled"
"""Read all the time, not only at the start (Kit 110.4)."""


class BorrowedApplication:
    """What whoever steps has to ask for, in Isaac Sim."""

    def __init__(self, settings: RecordedSettings, stage: OwnStage, timeline: Any, follow: bool):
        self._settings, self._stage, self._timeline, self._follow = settings, stage, timeline, follow

    @contextlib.contextmanager
    def patient(self) -> Iterator[None]:
        """Keep the application from taking a scene that is long in the building for a hang, after 120 s by default."""
        self._settings.set(_HANG_DETECTOR, False)
        try:
            yield
        finally:
            self._settings.put_back(_HANG_DETECTOR)

    def view(self, env: Any) -> LiveView:
        """Return what the viewport is to a stage, for environments that are open."""
        self._stage.worth_nothing()
        return _Viewport(env, self._stage, self._timeline, self._follow)


@contextlib.contextmanager
def borrowed_application(device: str, visualizer: str) -> Iterator[BorrowedApplication]:
    """Make the application ready for Isaac Lab, as its launcher does; at the end everything is as it was.

    To be entered and left from a place where the application may be updated: a coroutine of its own loop.

    Args:
        device: `cpu` or `cuda:<index>`.
        visualizer: `kit` if the viewport shall follow each step.
    """
    with contextlib.ExitStack() as stack:
        come_back = stack.enter_context(isaac_sim_stands_back())
        stack.enter_context(_kept_in_this_process(device))
        settings = stack.enter_context(recorded_settings())
        for path in _WRITTEN_DIRECTLY:
            settings.keep(path)
        # As isaaclab_physx.app.kit_launcher (3.0.0) publishes them. Kit is told that it has no window by --no-window.
        has_window = settings.get("/app/window/enabled") is not False
        settings.set("/isaaclab/has_gui", has_window)
        settings.set("/isaaclab/render/offscreen", not has_window)
        settings.set("/isaaclab/video/enabled", False)
        settings.set("/isaaclab/xr/auto_start", False)
        if device != "cpu":
            # As Isaac Lab's application files set it: PhysX's state then never leaves the GPU.
            settings.set("/physics/fabricUseGPUInterop", True)
        stack.enter_context(fabric_kept())
        timeline = stack.enter_context(own_timeline())
        stage = stack.enter_context(own_stage())
        # Isaac Sim's manager has to see that the stage of before comes back.
        stack.callback(come_back)
        stack.enter_context(isaac_lab_lets_go())
        yield BorrowedApplication(settings, stage, timeline, follow=visualizer == "kit")


@contextlib.contextmanager
def _kept_in_this_process(device: str) -> Iterator[None]:
    """Keep what Isaac Lab sets for the whole process: default devices, seeds of random numbers, levels of logging."""
    import numpy as np
    import torch
    import warp

    cudnn, logger = torch.backends.cudnn, logging.getLogger()
    held = [
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
        held.append((torch.cuda.current_device, torch.cuda.set_device))
    with contextlib.ExitStack() as stack:
        for read, write in held:
            stack.enter_context(kept(read, write))
        yield


def _set_hash_seed(value: str | None) -> None:
    os.environ.pop(_HASH_SEED, None)
    if value is not None:
        os.environ[_HASH_SEED] = value


class _Viewport(LiveView):
    """Isaac Sim's own viewport and toolbar, for the stage that steps."""

    def __init__(self, env: Any, stage: OwnStage, timeline: Any, follow: bool):
        super().__init__(env)
        self._stage, self._timeline = stage, timeline
        self._rested = False
        if follow:
            # The application draws what Fabric holds, which PhysX brings up to date only when it is asked to.
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
            # As Isaac Lab does at the end of its own wait: else articulations stand still in the viewport.
            self._sim.physics_manager._sync_fabric_after_resume()

    def resume(self) -> None:
        if not self._timeline.is_stopped():
            self._timeline.play()

    def refresh(self) -> None:
        """Nothing: the application draws by itself."""
