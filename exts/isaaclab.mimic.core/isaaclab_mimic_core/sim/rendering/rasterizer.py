# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Render a scene from one camera in every world (environment), all worlds at once, without a simulation."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import warp as wp

from . import shading, structs, visibility
from .scene import Scene

IMAGES = {
    "color": (structs.COLOR, wp.uint32),
    "albedo": (structs.ALBEDO, wp.uint32),
    "plane_depth": (structs.PLANE_DEPTH, wp.float32),
    "ray_depth": (structs.RAY_DEPTH, wp.float32),
    "normals": (structs.NORMALS, wp.vec3f),
    "shapes": (structs.SHAPES, wp.uint32),
}
"""The images that can be rendered, and the type of a pixel: colours are packed RGBA, red in the first byte."""

_LANES, _BANDS, _PIXELS = 32, 8, 4
"""On CUDA: threads per shape, bands of rows per shape, pixels that a thread shades."""
_WORLDS, _MEMORY = 4, 1 << 30
"""Worlds rendered at once on a CPU, whose caches hold no more; bytes of buffers used at once on CUDA."""
_CODES = 1 << 14
_NOISE = 32
"""Samples of noise along an edge of the cube: few enough for the caches of a processor."""


@dataclass(frozen=True)
class Lighting:
    """One distant light and a sky, the same in all worlds. Colours are linear and may exceed 1."""

    direction: tuple[float, float, float] = (-1.0, 1.0, -1.0)
    """Direction in which the light travels, in the world's frame."""
    color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    sky: tuple[float, float, float] = (0.2, 0.2, 0.225)
    """Ambient light on surfaces that face upwards."""
    ground: tuple[float, float, float] = (0.05, 0.05, 0.06)
    """Ambient light on surfaces that face downwards."""


class Rasterizer:
    """Renders one scene for any number of cameras.

    Args:
        scene: The scene.
        lighting: The light.
    """

    def __init__(self, scene: Scene, lighting: Lighting | None = None):
        self.scene = scene
        count, device = scene.num_worlds, scene.device
        self._on_cuda = wp.get_device(device).is_cuda
        codes = np.arange(_CODES) / (_CODES - 1)
        bytes_of = 255.0 * np.where(codes <= 0.0031308, 12.92 * codes, 1.055 * codes ** (1 / 2.4) - 0.055)
        # Truncated, as Newton does.
        self._encode = wp.array(bytes_of.astype(np.uint32), dtype=wp.uint32, device=device)
        self._nothing = wp.zeros((0, 0), dtype=wp.uint64, device=device)
        lighting = lighting or Lighting()
        towards = -np.asarray(lighting.direction) / np.linalg.norm(lighting.direction)
        self.lights: Any = structs.Lights()
        self.own_lights: dict[str, tuple[float, ...]] = {}
        """Initial values of `lights`, by name."""
        for name in ("direction", "color", "sky", "ground"):
            value = towards if name == "direction" else getattr(lighting, name)
            self.own_lights[name] = tuple(map(float, value))
            setattr(self.lights, name, wp.full(count, wp.vec3f(*map(float, value)), dtype=wp.vec3f, device=device))
        self.materials: Any = structs.Materials()

    def change_materials(self) -> dict[str, Any]:
        """Allocate changes of materials by world and slot.

        Returns:
            The arrays of `structs.Materials` by name, (num_worlds, num_slots); as they are, they change nothing.
        """
        size, device = (self.scene.num_worlds, self.scene.num_slots), self.scene.device
        real: Any = wp.float32
        kinds: dict[str, tuple[Any, Any]] = {
            "replaced": (wp.int32, 0),
            "color": (wp.vec3f, wp.vec3f(*[1.0] * 3)),
            "gloss": (real, 0.0),
            "gloss_edge": (real, 1.0),
            "texture": (wp.int32, 0),
            "texture_color": (wp.vec3f, wp.vec3f(*[0.0] * 3)),
            "contrast": (real, 0.0),
            "frequency": (real, 1.0),
            "turn": (wp.vec2f, wp.vec2f(*[1.0, 0.0])),
            "origin": (wp.vec3f, wp.vec3f(*[0.0] * 3)),
        }
        arrays = {name: wp.full(size, value, dtype=kind, device=device) for name, (kind, value) in kinds.items()}
        for name, array in arrays.items():
            setattr(self.materials, name, array)
        self.materials.noise = wp.empty((2, *[_NOISE] * 3), dtype=real, device=device)
        self._launch(shading.fill_noise, self.materials.noise.shape, [self.materials.noise])
        return arrays

    def reset_looks(self) -> None:
        """Undo all changes of materials and lights."""
        self.materials = structs.Materials()
        for name, value in self.own_lights.items():
            getattr(self.lights, name).fill_(wp.vec3f(*value))

    def draw(
        self,
        camera: "CameraBuffers",
        drawn: Any,
        body_poses: Any,
        shape_colors: Any,
    ) -> None:
        """Render the images of a camera.

        Args:
            camera: The camera, with its poses, intrinsics and images.
            drawn: (num_worlds,) int32 array, 0: this world's images stay as they are.
            body_poses: (num_bodies,) transforms of the bodies in the world's frame [m].
            shape_colors: (num_shapes,) vec3f, sRGB.
        """
        scene, view, placed = self.scene, camera.view, camera.placed
        if camera.offset is not None:
            inputs = [*camera.given, camera.offset, camera.zoom, view]
            self._launch(visibility.displace, scene.num_worlds, inputs)
        self._launch(
            visibility.place,
            (scene.num_worlds, scene.num_slots),
            [drawn, scene.geometry, self.lights, view, body_poses, shape_colors, placed],
        )
        if len(scene.still):
            self._launch(visibility.check_background, scene.num_worlds, [drawn, view, *camera.seen, camera.stale])
        for start in range(0, scene.num_worlds, camera.batch):
            count = min(camera.batch, scene.num_worlds - start)
            if len(scene.still):
                self._clear(camera, camera.stale, self._nothing, start, count, camera.background[start : start + count])
                self._fill(camera, camera.stale, scene.still, start, count, camera.background, 0)
            self._clear(camera, drawn, camera.background, start, count, camera.depth)
            self._fill(camera, drawn, scene.moving, start, count, camera.depth, start)
            part = _PIXELS if self._on_cuda else view.width
            self._launch(
                shading.shade,
                (count, view.height, -(-view.width // part)),
                [
                    drawn,
                    scene.geometry,
                    self.lights,
                    self.materials,
                    view,
                    placed,
                    camera.depth,
                    self._encode,
                    start,
                    part,
                    camera.images,
                ],
            )

    def _clear(self, camera: "CameraBuffers", drawn: Any, background: Any, start: int, count: int, depth: Any) -> None:
        pixels = depth.shape[1]
        part = camera.view.width if self._on_cuda else pixels
        self._launch(visibility.clear, (count, -(-pixels // part)), [drawn, background, start, part, depth])

    def _fill(
        self, camera: "CameraBuffers", drawn: Any, slots: Any, start: int, count: int, depth: Any, depth_start: int
    ) -> None:
        """Draw slots of some worlds into their depth buffers; the first buffer is that of the world `depth_start`."""
        if not len(slots):
            return
        geometry, view, placed, screen = self.scene.geometry, camera.view, camera.placed, camera.screen
        lanes, bands = (_LANES, _BANDS) if self._on_cuda else (1, 1)
        inputs = [drawn, slots, geometry, view, placed, start, lanes, screen]
        self._launch(visibility.project, (count, len(slots), lanes), inputs)
        inputs = [drawn, slots, geometry, view, placed, screen, start, depth_start, lanes, bands, depth]
        self._launch(visibility.rasterize, (count, len(slots), lanes, bands), inputs)

    def _launch(self, kernel: Any, dim: Any, inputs: list) -> None:
        wp.launch(kernel, dim, inputs, device=self.scene.device)


class CameraBuffers:
    """The rasteriser's buffers for one camera in every world.

    Args:
        scene: The scene.
        width, height: Size of its images [pixels].
        near, far: Clipping distances [m]: `near` along the optical axis, `far` along the ray.
        tolerance: Largest error of a level of detail [pixels].
    """

    def __init__(self, scene: Scene, width: int, height: int, near: float, far: float, tolerance: float):
        worlds, device = scene.num_worlds, scene.device
        self._shape = (worlds, height, width)
        self._device = device
        self.view: Any = structs.View()
        self.view.width, self.view.height = width, height
        self.view.near, self.view.far, self.view.tolerance = near, far, tolerance
        self.view.position = wp.zeros(worlds, dtype=wp.vec3f, device=device)
        self.view.orientation = wp.zeros(worlds, dtype=wp.quatf, device=device)
        self.view.intrinsics = wp.zeros(worlds, dtype=wp.mat33f, device=device)
        slots = (worlds, scene.num_slots)
        self.placed: Any = structs.Placed()
        for name, kind in (
            ("level", wp.int32),
            *((name, wp.vec3f) for name in ("light", "up", "eye", "albedo")),
            ("projection", structs.mat34f),
            ("turn", wp.quatf),
            ("axes", wp.mat33f),
        ):
            setattr(self.placed, name, wp.zeros(slots, dtype=kind, device=device))
        bytes_of_one = 8 * width * height + 12 * scene.num_points
        at_once = _WORLDS if not wp.get_device(device).is_cuda else max(1, _MEMORY // bytes_of_one)
        self.batch = min(worlds, at_once)
        """Worlds that are rendered at once."""
        self.depth = wp.zeros((self.batch, width * height), dtype=wp.uint64, device=device)
        self.screen = wp.zeros((self.batch, scene.num_points), dtype=wp.vec3f, device=device)
        background = (worlds, width * height) if len(scene.still) else (0, 0)
        self.background = wp.zeros(background, dtype=wp.uint64, device=device)
        self.stale = wp.zeros(worlds, dtype=wp.int32, device=device)
        self.seen = (
            wp.zeros(worlds, dtype=wp.transformf, device=device),
            wp.zeros(worlds, dtype=wp.mat33f, device=device),
        )
        """Pose and intrinsics with which the background was rendered."""
        self.images: Any = structs.Images()
        for name, kind in (("background", wp.int32), ("noise", wp.float32), ("noise_key", wp.int32)):
            setattr(self.images, name, wp.zeros(worlds, dtype=kind, device=device))
        self.images.gain = wp.full(worlds, 1.0, dtype=wp.float32, device=device)
        self.given: tuple[Any, Any, Any] = (self.view.position, self.view.orientation, self.view.intrinsics)
        """Arrays given to `place`: positions, orientations, intrinsics."""
        self.offset: Any = None
        """(num_worlds,) pose offsets in the camera's frame; None: no offsets."""
        self.zoom: Any = None
        """(num_worlds,) factors of the focal lengths; None without offsets."""

    def displace(self) -> None:
        """Allocate `offset` and `zoom`, which initially change nothing."""
        worlds, device = len(self.stale), self._device
        identity: Any = wp.transformf(*[*[0.0] * 6, 1.0])
        self.offset = wp.full(worlds, identity, dtype=wp.transformf, device=device)
        self.zoom = wp.full(worlds, 1.0, dtype=wp.float32, device=device)
        self.view.position, self.view.orientation, self.view.intrinsics = map(wp.empty_like, self.given)

    def stay(self) -> None:
        """Undo `displace`."""
        self.offset = self.zoom = None
        self.view.position, self.view.orientation, self.view.intrinsics = self.given

    def place(self, positions: Any, orientations: Any, intrinsics: Any) -> None:
        """Set the camera's pose in each world, by Warp arrays that are read each time it is rendered.

        Args:
            positions: (num_worlds,) vec3f in the world's frame [m].
            orientations: (num_worlds,) quatf, xyzw, Isaac Lab's world convention: x forward, z up.
            intrinsics: (num_worlds,) mat33f [pixels].
        """
        self.given = (positions, orientations, intrinsics)
        if self.offset is None:
            self.view.position, self.view.orientation, self.view.intrinsics = self.given

    def write_to(self, arrays: dict[str, Any], background: tuple[float, float, float], no_depth: float = 0.0) -> None:
        """Set which images are rendered, and the arrays to write them to.

        Args:
            arrays: `IMAGES` by name: contiguous Warp arrays on the device, which are written to.
            background: Colour of pixels without a shape, sRGB from 0 to 1.
            no_depth: Depth of pixels without a shape [m].
        """
        size = int(np.prod(self._shape))
        self.images.wanted = 0
        for name, array in arrays.items():
            bit, kind = IMAGES[name]
            self.images.wanted |= bit
            setattr(self.images, name, wp.array(ptr=array.ptr, dtype=kind, shape=size, device=self._device, copy=False))
        red, green, blue = (max(0, min(255, round(part * 255))) for part in background)
        self.images.background.fill_(blue << 16 | green << 8 | red)
        self.images.no_depth = no_depth
