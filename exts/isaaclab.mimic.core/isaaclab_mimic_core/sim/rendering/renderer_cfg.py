# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of the rasteriser, for a camera's `renderer_cfg`."""

from typing import Any, Literal

import warp as wp
from isaaclab.renderers import RenderBufferKind, RenderBufferSpec
from isaaclab.renderers.renderer_cfg import RendererCfg
from isaaclab.utils import configclass


@configclass
class RasterizerCfg(RendererCfg):
    """Draw a camera's pictures by rasterising triangles, on a CPU as well as on CUDA, without Kit.

    The pictures are those of `isaaclab_newton.renderers.NewtonWarpRendererCfg`, which casts a ray for every pixel; what
    they differ in is said at the fields. There are no cast shadows, lens distortions, particles and deformable bodies:
    scenes and cameras that need these are drawn with Newton's.
    """

    class_type: Any = "{DIR}.renderer:RasterizerRenderer"
    """The implementation."""

    renderer_type: str = "newton_warp"
    """Isaac Lab asks by it where shapes and their colours are kept: in Newton's model, as for Newton's own renderer."""

    cloning_contexts: tuple[type | str, ...] = ("isaaclab_newton.cloner:NewtonReplicateContext",)
    """What builds the model of the scene."""

    detail_tolerance: float = 0.35
    """How far a coarser level of detail may be off [pixels]; 0 draws every triangle."""

    light_direction: tuple[float, float, float] = (-1.0, 1.0, -1.0)
    """The way that the light goes, in the world's frame."""

    light_color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Linear, times its strength; of what faces the light."""

    sky_color: tuple[float, float, float] = (0.2, 0.2, 0.225)
    """Ambient light on what faces upwards, linear."""

    ground_color: tuple[float, float, float] = (0.05, 0.05, 0.06)
    """Ambient light on what faces downwards, linear."""

    background_color: tuple[float, float, float] = (0.933, 0.933, 0.933)
    """sRGB, where nothing is seen; a camera's own `background_color` goes before it."""

    depth_clipping_behavior: Literal["max", "zero", "none"] = "none"
    """Depth where nothing is seen: the far clip for `max`, else 0 (as Newton's renderer)."""

    semantic_filter: str | list[str] = "*:*"
    """Which semantics segmentation tells apart (as Newton's renderer)."""

    colorize_semantic_segmentation: bool = True
    """Whether semantic segmentation gives colours (uint8 RGBA) or ids (int32)."""

    colorize_instance_segmentation: bool = True
    """Whether instance segmentation gives colours (uint8 RGBA) or ids (int32)."""

    semantic_segmentation_mapping: dict = {}
    """Colours of semantics, `"type:label"` to RGBA."""

    def supported_output_types(self) -> dict[RenderBufferKind, RenderBufferSpec]:
        """Return the layouts of what can be drawn."""

        def segmentation(colorize: bool) -> RenderBufferSpec:
            return RenderBufferSpec(4, wp.uint8) if colorize else RenderBufferSpec(1, wp.int32)

        return {
            RenderBufferKind.RGBA: RenderBufferSpec(4, wp.uint8),
            RenderBufferKind.RGB: RenderBufferSpec(3, wp.uint8),
            RenderBufferKind.ALBEDO: RenderBufferSpec(4, wp.uint8),
            RenderBufferKind.DEPTH: RenderBufferSpec(1, wp.float32),
            RenderBufferKind.DISTANCE_TO_IMAGE_PLANE: RenderBufferSpec(1, wp.float32),
            RenderBufferKind.DISTANCE_TO_CAMERA: RenderBufferSpec(1, wp.float32),
            RenderBufferKind.NORMALS: RenderBufferSpec(3, wp.float32),
            RenderBufferKind.SEMANTIC_SEGMENTATION: segmentation(self.colorize_semantic_segmentation),
            RenderBufferKind.INSTANCE_SEGMENTATION: segmentation(self.colorize_instance_segmentation),
        }
