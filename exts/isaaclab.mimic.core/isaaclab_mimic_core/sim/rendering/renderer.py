# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The rasteriser as a renderer for Isaac Lab's cameras."""

from typing import TYPE_CHECKING, Any

import warp as wp
from isaaclab.renderers import BaseRenderer, RenderBufferKind, RenderBufferSpec
from isaaclab.scene_data import SceneDataFormat
from isaaclab.sim import SimulationContext
from isaaclab_newton.physics import NewtonBackendCfg
from isaaclab_newton.renderers.segmentation import NewtonSegmentationMapper

from .newton_model import scene_of
from .rasterizer import CameraBuffers, Lighting, Rasterizer

if TYPE_CHECKING:
    from .renderer_cfg import RasterizerCfg

_KINDS = RenderBufferKind
_IMAGES = {
    _KINDS.RGBA: "color",
    _KINDS.ALBEDO: "albedo",
    _KINDS.DISTANCE_TO_CAMERA: "ray_depth",
    _KINDS.DISTANCE_TO_IMAGE_PLANE: "plane_depth",
    _KINDS.NORMALS: "normals",
}
"""A camera's outputs that an image of the rasteriser fills directly."""
_SEGMENTATION = {
    _KINDS.SEMANTIC_SEGMENTATION: "colorize_semantic_segmentation",
    _KINDS.INSTANCE_SEGMENTATION: "colorize_instance_segmentation",
}
_NO_SPAWN = (0.01, 1000.0)
"""Clipping range of a camera that is not spawned [m]."""


class _CameraData:
    """The renderer's data for one camera."""

    def __init__(self, buffers: CameraBuffers, background: tuple[float, float, float], far: float):
        self.buffers, self.background, self.far = buffers, background, far
        self.shapes: wp.array | None = None
        """Indices of shapes, from which segmentation is made: (num_envs, 1, height, width)."""
        self.segmentation: dict[str, tuple[Any, Any]] = {}
        """Per output its array, and the table that turns indices of shapes into its values."""
        self.depth_copies: list[tuple[Any, Any]] = []
        """Outputs that are copies of the depth: target and source."""


class RasterizerRenderer(BaseRenderer):
    """Renders all cameras that share a `RasterizerCfg`, from the poses that physics has published.

    Nothing is copied to the host.
    """

    def __init__(self, cfg: "RasterizerCfg"):
        self.cfg = cfg
        sim: Any = SimulationContext.instance()
        self._model_cfg = NewtonBackendCfg(physics_cfg=sim.cfg.physics, device=sim.device)
        # The shapes come from the Newton model that Isaac Lab builds from the stage, whichever the physics engine.
        sim.requires_newton_model = True
        self._stage: Any = None
        # Made when the first camera needs segmentation.
        self._mapper: Any = None
        self.buffers: dict[str, CameraBuffers] = {}
        """Buffers of each camera, by its path (`CameraCfg.prim_path`)."""
        self.backgrounds: dict[str, tuple[float, float, float]] = {}
        """Background color of each camera, sRGB from 0 to 1, by its path."""

    def initialize(self) -> None:
        """Read the shapes of the finished model."""
        sim: Any = SimulationContext.instance()
        self._backend: Any = sim.get_or_create_backend(self._model_cfg)
        self._provider: Any = sim.get_scene_data_provider()
        model = self._backend.model
        self._mapping = self._provider.create_mapping(list(model.body_label))
        cfg = self.cfg
        lighting = Lighting(cfg.light_direction, cfg.light_color, cfg.sky_color, cfg.ground_color)
        self.rasterizer: Any = Rasterizer(scene_of(model, sim.stage, cfg.detail_tolerance > 0), lighting)
        self.drawn: wp.array = wp.ones(model.world_count, dtype=wp.int32, device=model.device)
        """(num_envs,) int32; 0: the images of this environment stay as they are."""

    @property
    def shape_labels(self) -> list[str]:
        """USD path of each shape, in the order of the model."""
        return list(self._backend.model.shape_label)

    @property
    def visual_material_writer(self) -> Any:
        """Writes colours of materials to the model, from which they are read each time a camera is rendered."""
        return self._backend.create_visual_material_writer

    def supported_output_types(self) -> dict[RenderBufferKind, RenderBufferSpec]:
        return self.cfg.supported_output_types()

    def prepare_cameras(self, stage: Any, spec: Any) -> None:
        """Keep the stage, which has the semantics.

        Raises:
            ValueError: This renderer does not support the camera.
        """
        self._stage = stage
        spawn = spec.cfg.spawn
        if spec.cfg.isp_cfg is not None or (spawn is not None and getattr(spawn, "distortion", None) is not None):
            raise ValueError("RasterizerCfg draws no lens distortion and no image signal processing")

    def prepare_stage(self, stage: Any, num_envs: int) -> None:
        """Do nothing: shapes come from the model, not from the stage."""

    def create_render_data(self, spec: Any) -> _CameraData:
        cfg, spawn, wanted = spec.cfg, spec.cfg.spawn, spec.cfg.data_types
        near, far = _NO_SPAWN if spawn is None else spawn.clipping_range
        for kind, colorize in _SEGMENTATION.items():
            if kind in wanted:
                if self._mapper is None:
                    sim: Any = SimulationContext.instance()
                    model, plan = self._backend.model, sim.get_clone_plan()
                    self._mapper = NewtonSegmentationMapper(model, self._stage, self.cfg, plan)
                self._mapper.build_mapping(kind.value, getattr(self.cfg, colorize))
        buffers = CameraBuffers(
            self.rasterizer.scene, cfg.width, cfg.height, float(near), float(far), self.cfg.detail_tolerance
        )
        background = cfg.background_color or self.cfg.background_color
        self.buffers[cfg.prim_path], self.backgrounds[cfg.prim_path] = buffers, background
        return _CameraData(buffers, background, float(far))

    def set_outputs(self, render_data: _CameraData, output_data: dict[str, Any]) -> None:
        """Let the images be written into a camera's own arrays."""
        images: dict[str, Any] = {}
        model, size = self._backend.model, None
        render_data.segmentation, render_data.depth_copies = {}, []
        for name, proxy in output_data.items():
            memory = proxy.warp
            size = (model.world_count, 1, *memory.shape[1:3])
            if name in _IMAGES:
                images[_IMAGES[_KINDS(name)]] = memory
            elif name in _SEGMENTATION:
                colorize = getattr(self.cfg, _SEGMENTATION[_KINDS(name)])
                kind = wp.uint32 if colorize else wp.int32
                view = wp.array(ptr=memory.ptr, dtype=kind, shape=size, device=memory.device, copy=False)
                render_data.segmentation[name] = (view, self._mapper.get_mapping(name, colorize))
        if _KINDS.DEPTH in output_data:
            # Another name for the distance to the image plane.
            depth = output_data[_KINDS.DEPTH].warp
            if "plane_depth" in images:
                render_data.depth_copies.append((depth, images["plane_depth"]))
            else:
                images["plane_depth"] = depth
        if render_data.segmentation:
            index: Any = wp.uint32
            render_data.shapes = wp.empty(size, dtype=index, device=model.device)
            images["shapes"] = render_data.shapes
        no_depth = render_data.far if self.cfg.depth_clipping_behavior == "max" else 0.0
        render_data.buffers.write_to(images, render_data.background, no_depth)

    def update_transforms(self) -> None:
        """Do nothing: poses are read when a camera is rendered."""

    def update_geometries(self) -> None:
        """Do nothing: shapes do not change their geometry."""

    def update_camera(self, render_data: _CameraData, positions: Any, orientations: Any, intrinsics: Any) -> None:
        """Keep a camera's arrays of poses, which are read each time it is rendered."""
        render_data.buffers.place(positions.warp, orientations.warp, intrinsics.warp)

    def update_camera_intrinsics(self, render_data: _CameraData, intrinsics: Any, parameters: Any) -> None:
        """Do nothing: the camera's intrinsics of each environment are read each time it is rendered."""

    def render(self, render_data: _CameraData) -> None:
        backend, poses = self._backend, SceneDataFormat.Transform()
        if self._provider.get_transforms(poses, mapping=self._mapping, count=backend.model.body_count):
            backend.state_0.body_q = poses.transforms
        self.rasterizer.draw(render_data.buffers, self.drawn, backend.state_0.body_q, backend.model.shape_color)
        for copy, depth in render_data.depth_copies:
            wp.copy(copy, depth)
        for view, mapping in render_data.segmentation.values():
            mapping.convert_shape_index_to_output(render_data.shapes, view)

    def read_output(self, render_data: _CameraData, camera_data: Any) -> None:
        """Publish the meaning of segmentation's colours or ids; the images are in the camera's arrays already."""
        for name, (_, mapping) in render_data.segmentation.items():
            camera_data.info[name] = mapping.info

    def cleanup(self, render_data: _CameraData | None) -> None:
        """Do nothing: the arrays are freed with their camera."""

    def close(self) -> None:
        """Release the model and the arrays."""
        self._backend = self._provider = self._mapping = self.rasterizer = self._mapper = None
        self.buffers.clear()
