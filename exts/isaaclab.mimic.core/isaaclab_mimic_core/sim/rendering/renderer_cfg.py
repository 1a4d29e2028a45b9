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
    """Render a camera's images by rasterising triangles, on a CPU or on CUDA, without Kit.

    The images are those of `isaaclab_newton.renderers.NewtonWarpRendererCfg`, which casts a ray for every pixel; the
    fields name the differences. Cast shadows, lens distortion, particles and deformable bodies are not supported:
    use Newton's renderer for scenes and cameras with these.
    """

    class_type: Any = "{DIR}.renderer:RasterizerRenderer"
    """The implementation."""

    renderer_type: str = "newton_warp"
    """Tells Isaac Lab that shapes and colours are in Newton's model, as for Newton's own renderer."""

    cloning_contexts: tuple[type | str, ...] = ("isaaclab_newton.cloner:NewtonReplicateContext",)
    """The contexts that build the model of the scene."""

    detail_tolerance: float = 0.2
    """Largest error of a level of detail [pixels]; 0 draws every triangle, from both sides, hidden ones too."""

    light_direction: tuple[float, float, float] = (-1.0, 1.0, -1.0)
    """Direction in which the light travels, in the world's frame."""

    light_color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Colour of the light times its intensity, linear."""

    sky_color: tuple[float, float, float] = (0.2, 0.2, 0.225)
    """Ambient light on surfaces that face upwards, linear."""

    ground_color: tuple[float, float, float] = (0.05, 0.05, 0.06)
    """Ambient light on surfaces that face downwards, linear."""

    background_color: tuple[float, float, float] = (0.933, 0.933, 0.933)
    """Colour of pixels without a shape, sRGB; a camera's own `background_color` takes precedence."""

    depth_clipping_behavior: Literal["max", "zero", "none"] = "none"
    """Depth of pixels without a shape: the far clipping distance for `max`, else 0 (as in Newton's renderer)."""

    semantic_filter: str | list[str] = "*:*"
    """Semantics that segmentation distinguishes (as in Newton's renderer)."""

    colorize_semantic_segmentation: bool = True
    """Whether semantic segmentation returns colours (uint8 RGBA) or ids (int32)."""

    colorize_instance_segmentation: bool = True
    """Whether instance segmentation returns colours (uint8 RGBA) or ids (int32)."""

    semantic_segmentation_mapping: dict = {}
    """Colours of semantics, `"type:label"` to RGBA."""

    def supported_output_types(self) -> dict[RenderBufferKind, RenderBufferSpec]:
        """Return the layouts of the outputs that can be rendered."""

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
