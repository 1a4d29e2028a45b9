# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Build the rasteriser's scene from the visible shapes of a Newton model."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import numpy as np

from ...errors import TaskError
from .hidden import Part, without_hidden
from .scene import Look, Scene, Shape
from .surfaces import Surface, from_mesh, from_newton


def scene_of(model: Any, stage: Any, detail: bool) -> Scene:
    """Return a model's scene; see `scene_in_parts`."""
    parts = scene_in_parts(model, stage, detail)
    while True:
        try:
            next(parts)
        except StopIteration as end:
            return end.value


def scene_in_parts(model: Any, stage: Any, detail: bool) -> Generator[None, None, Scene]:
    """Return a model's scene, on the model's device; a generator that takes at most some seconds between two yields.

    Args:
        model: A `newton.Model` with its shapes.
        stage: The USD stage that it was made from, with the colours of vertices.
        detail: Whether to make levels of detail, and leave out what moving bodies hide of themselves.

    Raises:
        TaskError: The rasteriser does not support something in the model.
    """
    import newton

    for name, what in (("particle_count", "particles"), ("tri_count", "deformable bodies")):
        if getattr(model, name):
            raise TaskError(
                f"the rasteriser draws no {what}",
                where="the cameras' renderer",
                remedy="Draw this scene with NewtonWarpRendererCfg.",
            )
    flags, kinds = model.shape_flags.numpy(), model.shape_type.numpy()
    scales, poses = model.shape_scale.numpy(), model.shape_transform.numpy()
    worlds, bodies = model.shape_world.numpy(), model.shape_body.numpy()
    visible = np.flatnonzero(flags & int(newton.ShapeFlags.VISIBLE))
    looks: list[Look] = []
    known: dict[tuple, int] = {}
    textures: dict[Any, np.ndarray] = {}
    shapes = []
    for index in visible:
        source = model.shape_source[index]
        x, y, z = map(float, scales[index])
        # Environments are copies: they share their meshes, with scales that differ by rounding at most.
        key = (int(kinds[index]), id(source) if source is not None else None, tuple(np.round((x, y, z), 5)))
        if key not in known:
            known[key] = len(looks)
            look = _look(int(kinds[index]), (x, y, z), source, textures)
            colors = vertex_colors(stage, model.shape_label[index], len(getattr(source, "vertices", ())))
            looks.append(look if colors is None else replace(look, surface=from_mesh(source, (x, y, z), colors)))
        shapes.append(Shape(int(index), known[key], int(worlds[index]), int(bodies[index]), poses[index]))
    if detail:
        surfaces = yield from _without_hidden([look.surface for look in looks], shapes)
        looks = [replace(look, surface=surface) for look, surface in zip(looks, surfaces, strict=True)]
    return Scene(looks, shapes, model.world_count, str(model.device), detail)


def _without_hidden(surfaces: list[Surface], shapes: list[Shape]) -> Generator[None, None, list[Surface]]:
    bodies: dict[int, list[Part]] = {}
    for shape in shapes:
        if shape.body >= 0:
            bodies.setdefault(shape.body, []).append(Part(shape.surface, np.asarray(shape.pose)))
    still = [shape.surface for shape in shapes if shape.body < 0]
    return (yield from without_hidden(surfaces, list(bodies.values()), still))


def _look(kind: int, scale: tuple[float, float, float], source: Any, textures: dict[Any, np.ndarray]) -> Look:
    surface = from_newton(kind, scale, source)
    if surface.uvs is None or getattr(source, "texture", None) is None:
        # Without a texture, texture coordinates would have no effect but to prevent levels of detail.
        return Look(surface.without_uvs())
    if source.texture_hash not in textures:
        textures[source.texture_hash] = _pixels(source.texture)
    return Look(surface, textures[source.texture_hash])


def vertex_colors(stage: Any, path: str, count: int) -> np.ndarray | None:
    """Return a USD mesh's colours of its vertices, (count, 3) linear; None if it has none.

    Args:
        stage: The stage.
        path: Path of the mesh.
        count: Number of vertices.
    """
    from pxr import UsdGeom, UsdShade

    # Newton adds this suffix to a shape whose collider has another form.
    prim = stage.GetPrimAtPath(path) or stage.GetPrimAtPath(path.removesuffix("_visual"))
    if not prim or not prim.IsA(UsdGeom.Mesh):
        return None
    material: Any = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()
    if material[0]:
        return None
    primvar = UsdGeom.PrimvarsAPI(prim).GetPrimvar("displayColor")
    if not primvar or primvar.GetInterpolation() not in (UsdGeom.Tokens.vertex, UsdGeom.Tokens.varying):
        return None
    values = np.asarray(primvar.ComputeFlattened(), np.float32).reshape(-1, 3)
    return values if len(values) == count else None


def _pixels(texture: Any) -> np.ndarray:
    """Return a texture's pixels (height, width, 3) uint8, from a file or an array."""
    from newton.utils import load_texture, normalize_texture

    pixels: Any = load_texture(texture)
    if pixels is None:
        raise TaskError("a texture cannot be read", where=str(texture)[:200], remedy="Is the file there?")
    pixels = np.asarray(normalize_texture(pixels, require_channels=True))
    return np.ascontiguousarray(pixels[..., :3] if pixels.shape[-1] >= 3 else np.repeat(pixels[..., :1], 3, axis=-1))
