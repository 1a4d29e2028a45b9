# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Shaded pictures of one environment, for a window: drawn when somebody looks and something has moved."""

import time
from collections.abc import Generator, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import torch

from ..errors import TaskError
from ..picture import Camera, Picture
from .watched import watched_poses

if TYPE_CHECKING:
    from ..envs import BatchedEnv
    from ..sim.rendering.scene_view import SceneView

_FASTEST = 1.0 / 22.0
"""[s] From one picture to the next at least."""


class Viewing:
    """Draws an environment for whoever has asked for it, at most 22 times a second, and only what has changed.

    Args:
        share: Part of the time that drawing takes at most.
    """

    def __init__(self, share: float):
        self._share = share
        self.cameras: tuple[Camera, ...] = ()
        """What is asked for; empty: nothing."""
        self.trouble = ""
        """Why this scene cannot be drawn; empty if nothing is known to be in the way."""
        self._parts: Generator[None, None, SceneView] | None = None
        self._scene: SceneView | None = None
        self._lenses: list[SceneView] = []
        self._sizes: list[tuple[int, int, float]] = []
        self._shown: dict[int, torch.Tensor] | None = None
        """Environment -> poses in the latest picture; None if the next is wanted whatever has moved."""
        self._due = 0.0

    @property
    def scene(self) -> "SceneView | None":
        """The scene, once it has been read (`prepare`)."""
        return self._scene

    @property
    def is_wanted(self) -> bool:
        return bool(self.cameras) and not self.trouble

    def prepare(self, env: "BatchedEnv") -> bool:
        """Read a part of the scene's shapes; return whether that was the last one, or it cannot be drawn."""
        if self._scene is not None or self.trouble:
            return True
        try:
            if self._parts is None:
                self._parts = _parts(env)
            next(self._parts)
        except StopIteration as end:
            self._parts, self._scene = None, end.value
            return True
        except TaskError as error:
            # A scene that cannot be drawn can be simulated all the same.
            self._parts, self.trouble = None, error.what
            return True
        return False

    def picture(self, env: "BatchedEnv", index: int) -> Picture | None:
        """Return a picture of an environment; None if it is too early, or would be the same as before."""
        now = time.monotonic()
        if not self.is_wanted or now < self._due or not self.prepare(env):
            return None
        scene = self._scene
        if scene is None:
            return None
        seen = [camera.env if 0 <= camera.env < env.num_envs else index for camera in self.cameras]
        poses = {each: scene.poses(each) for each in set(seen)}
        if self._shown is not None and _same(self._shown, poses):
            return None
        began = time.perf_counter()
        info = watched_poses(env, index)
        placed = [_placed(camera, info["eefs"]) for camera in self.cameras]
        try:
            self._fit(scene)
            images = [
                lens.draw(which, camera.eye, camera.look_at, camera.up, poses[which])
                for lens, camera, which in zip(self._lenses, placed, seen, strict=True)
            ]
        except RuntimeError as error:
            # Memory, most likely: the run needs it more than its picture does.
            self.forget()
            self.trouble = " ".join(str(error).split())[:200] or type(error).__name__
            return None
        self._shown = poses
        # Keep the rate, but let a slow machine simulate most of the time.
        period = max(_FASTEST, (time.perf_counter() - began) / self._share)
        self._due = max(self._due + period, now)
        return Picture({**info, "cameras": [asdict(camera) for camera in placed]}, images)

    def draw_anew(self) -> None:
        """Draw the next picture even if nothing has moved: another view is asked for, or the last one was dropped."""
        self._shown = None

    def forget(self) -> None:
        """Drop the scene, because its environments are closed."""
        self._parts = self._scene = self._shown = None
        self._lenses, self._sizes = [], []

    def _fit(self, scene: "SceneView") -> None:
        """Make the cameras' buffers, unless there are some of these sizes."""
        sizes = [(camera.width, camera.height, camera.field_of_view) for camera in self.cameras]
        if sizes != self._sizes:
            self._lenses = [scene.with_size(*size) for size in sizes]
            self._sizes = sizes


def _same(before: dict[int, torch.Tensor], now: dict[int, torch.Tensor]) -> bool:
    return before.keys() == now.keys() and all(torch.equal(before[each], poses) for each, poses in now.items())


def _parts(env: "BatchedEnv") -> Generator[None, None, "SceneView"]:
    from ..sim.host import inside_isaac_sim

    if inside_isaac_sim():
        raise TaskError("in Isaac Sim the viewport shows the scene")
    # Imported when somebody looks: it brings Warp's kernels and Newton.
    from ..sim.rendering.scene_view import SceneView

    return (yield from SceneView.in_parts(env.env))


def _placed(camera: Camera, eefs: dict[str, list[list[float]]]) -> Camera:
    """Return a camera in the environment's frame."""
    pose = eefs.get(camera.follows)
    if pose is None:
        return camera

    def turned(vector: Sequence[float]) -> list[float]:
        return [sum(row[axis] * vector[axis] for axis in range(3)) for row in pose[:3]]

    def moved(point: Sequence[float]) -> list[float]:
        return [value + row[3] for value, row in zip(turned(point), pose, strict=False)]

    return replace(camera, eye=moved(camera.eye), look_at=moved(camera.look_at), up=turned(camera.up))
