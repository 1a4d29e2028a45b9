# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Visual randomization of running environments: sampled values are written to the rasteriser."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
import warp as wp

from ...errors import OptionError
from ...randomness import uniform
from ..engines.cameras import cameras_of
from .randomization import TEXTURES, Draw, Randomization, Take, neutral
from .renderer_cfg import RasterizerCfg

_ORIGINS = 8.0
"""How far from a shape's origin the middle of a texture is at most [features]."""
_LIFT = 1e-3
"""Least elevation of the light [rad]: from below the horizon it would shine through the floor."""


class Appearance:
    """Applies sampled values to the environments.

    Args:
        env: Isaac Lab's environment (`BatchedEnv.env`), whose cameras are rendered by the rasteriser.
        randomization: Ranges.

    Raises:
        OptionError: A camera uses another renderer, a name matches nothing in the scene, or the light would be below
            the horizon.
    """

    def __init__(self, env: Any, randomization: Randomization):
        self._env, self._ranges = env, randomization
        cameras = cameras_of(env.cfg)
        for name, cfg in cameras.items():
            if not isinstance(cfg.renderer_cfg, RasterizerCfg):
                raise OptionError(
                    f"{name} is not drawn by the rasterizer, which alone varies what is seen",
                    where="--randomization",
                    remedy="Leave it out, or draw with --renderer rasterizer.",
                )
        renderers = [env.sim.get_or_create_backend(cfg.renderer_cfg) for cfg in cameras.values()]
        self._renderers: list[Any] = list({id(renderer): renderer for renderer in renderers}.values())
        self._buffers: dict[str, tuple[Any, tuple[float, float, float]]] = {}
        for name, renderer in zip(cameras, renderers, strict=True):
            path = env.scene[name].cfg.prim_path
            self._buffers[name] = (renderer.buffers[path], renderer.backgrounds[path])
        self._lights = [_Lights(renderer.rasterizer, randomization, env.device) for renderer in self._renderers]
        self._cameras = randomization.of_each("cameras", cameras)
        self._images = randomization.of_each("images", cameras)
        for name in self._cameras:
            self._buffers[name][0].displace()
        self._per_frame = any(draw.per_frame for part in randomization.parts for draw in part.draws)
        self._shown = torch.full((env.num_envs, 3), -1, device=env.device)
        """(num_envs, 3) seed, rendering and demonstration that each environment has the values of."""
        self._materials: list[_Materials] = []
        self._assets: Mapping[str, tuple[Draw, ...]] = {}
        if any(part.group == "materials" for part in randomization.parts):
            for renderer in self._renderers:
                assets = _assets(env.cfg.scene, renderer.shape_labels, renderer.rasterizer.scene)
                self._assets = randomization.of_each("materials", assets)
                self._materials.append(_Materials(renderer.rasterizer, assets, self._assets))

    def show(self, take: Take, env_ids: torch.Tensor) -> None:
        """Apply the values of K frames to environments (K,), from their next rendering on."""
        wanted = torch.stack(
            [*(torch.full_like(take.numbers, n) for n in (take.seed, take.variation)), take.numbers], 1
        )
        # Frames of one demonstration differ in the noise of their pixels only, unless more is sampled for each frame.
        if self._per_frame or not torch.equal(self._shown[env_ids], wanted):
            self._write(take, env_ids)
            self._shown[env_ids] = wanted
        for name, draws in self._images.items():
            if any(draw.setting == "noise" for draw in draws):
                high, low = uniform(take.stream(f"images/{name}/pixels"), take.frames, 2).unbind(dim=-1)
                keys = (high * (1 << 16)).int() << 15 | (low * (1 << 15)).int()
                wp.to_torch(self._buffers[name][0].images.noise_key)[env_ids] = keys

    def _write(self, take: Take, env_ids: torch.Tensor) -> None:
        """Write all values but the keys of image noise."""
        for lights in self._lights:
            lights.write(take, env_ids)
        for materials in self._materials:
            materials.write(take, env_ids)
        for name, draws in self._cameras.items():
            self._move(self._buffers[name][0], _drawn(f"cameras/{name}", draws, take), env_ids)
        background = _drawn("background", self._ranges.group("background"), take).get("color")
        for name, (buffers, own) in self._buffers.items():
            drawn = _drawn(f"images/{name}", self._images.get(name, ()), take)
            gain = torch.exp2(drawn["exposure"][:, 0]) if "exposure" in drawn else torch.ones_like(env_ids.float())
            images = buffers.images
            wp.to_torch(images.gain)[env_ids] = gain
            wp.to_torch(images.background)[env_ids] = _exposed(
                torch.tensor(own, device=gain.device).expand(len(gain), 3) if background is None else background, gain
            )
            if "noise" in drawn:
                wp.to_torch(images.noise)[env_ids] = drawn["noise"][:, 0]

    def remove(self) -> None:
        """Let everything look as the task has it, from the next rendering on; then this is of no more use."""
        for renderer in self._renderers:
            renderer.rasterizer.reset_looks()
        for buffers, own in self._buffers.values():
            if buffers.offset is not None:
                buffers.stay()
            images = buffers.images
            gain = wp.to_torch(images.gain).fill_(1.0)
            wp.to_torch(images.background).copy_(_exposed(torch.tensor([own], device=gain.device), gain[:1]))
            images.noise.zero_()

    def record(self, take: Take) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return the values sampled for the K frames of a demonstration, by name (`materials/table/color`).

        Returns:
            Values of the whole demonstration as plain data, and values of each frame, (K,) or (K, channels). A texture
            is a name in the former, an index of `TEXTURES` in the latter.
        """
        whole: dict[str, Any] = {}
        frames: dict[str, np.ndarray] = {}
        for name, draw in self._draws():
            values = draw.values(name, take).cpu().numpy()
            values = values[:, 0] if values.shape[1] == 1 else values
            if draw.setting.endswith("patterns"):
                values = values.astype(np.uint8)
            if draw.per_frame:
                frames[f"{name}/{draw.setting}"] = values
            elif draw.setting.endswith("patterns"):
                whole[f"{name}/{draw.setting}"] = TEXTURES[values[0]]
            else:
                whole[f"{name}/{draw.setting}"] = np.round(values[0].astype(float), 6).tolist()
        return whole, frames

    def _draws(self) -> Iterator[tuple[str, Draw]]:
        for group in ("distant_light", "dome_light", "background"):
            yield from ((group, draw) for draw in self._ranges.group(group))
        for group, things in (("materials", self._assets), ("cameras", self._cameras), ("images", self._images)):
            for name, draws in things.items():
                yield from ((f"{group}/{name}", draw) for draw in draws)

    def _move(self, buffers: Any, drawn: dict[str, torch.Tensor], env_ids: torch.Tensor) -> None:
        from isaaclab.utils.math import quat_from_euler_xyz

        nothing = torch.zeros(len(env_ids), device=env_ids.device)
        shift, turn = (
            [drawn[f"pose_range/{axis}"][:, 0] if f"pose_range/{axis}" in drawn else nothing for axis in axes]
            for axes in (("x", "y", "z"), ("roll", "pitch", "yaw"))
        )
        offset = torch.cat([torch.stack(shift, dim=-1), quat_from_euler_xyz(*turn)], dim=-1)
        wp.to_torch(buffers.offset)[env_ids] = offset
        wp.to_torch(buffers.zoom)[env_ids] = drawn["focal_length"][:, 0] if "focal_length" in drawn else nothing + 1.0


class _Lights:
    """The lights of a rasteriser."""

    def __init__(self, rasterizer: Any, ranges: Randomization, device: Any):
        lights = rasterizer.lights
        self._distant, self._dome = ranges.group("distant_light"), ranges.group("dome_light")
        self._arrays = {name: wp.to_torch(getattr(lights, name)) for name in ("direction", "color", "sky", "ground")}
        self._own = {name: torch.tensor(value, device=device) for name, value in rasterizer.own_lights.items()}
        elevation = float(torch.asin(self._own["direction"][2].clamp(-1.0, 1.0)))
        for draw in self._distant:
            if draw.setting == "elevation":
                (low,), (high,) = draw.bounds
                if elevation + low < _LIFT or elevation + high > np.pi - _LIFT:
                    where = next(part.where for part in ranges.parts if part.group == "distant_light")
                    raise OptionError(
                        f"its elevation of {elevation:.3f} rad would be changed to one below the horizon",
                        where=where,
                        remedy=f"Use a range within {_LIFT - elevation:.3f} and {np.pi - _LIFT - elevation:.3f}.",
                    )

    def write(self, take: Take, env_ids: torch.Tensor) -> None:
        distant, dome = _drawn("distant_light", self._distant, take), _drawn("dome_light", self._dome, take)
        if "azimuth" in distant or "elevation" in distant:
            self._arrays["direction"][env_ids] = self._turned(distant, len(env_ids))
        if distant:
            self._arrays["color"][env_ids] = self._own["color"] * _strength(distant)
        if dome:
            for name in ("sky", "ground"):
                self._arrays[name][env_ids] = self._own[name] * _strength(dome)

    def _turned(self, drawn: dict[str, torch.Tensor], count: int) -> torch.Tensor:
        """Return directions towards the light (K, 3): raised towards the zenith, then turned about the vertical."""
        own = self._own["direction"].expand(count, 3)
        nothing = torch.zeros(count, device=own.device)
        azimuth, elevation = (drawn[name][:, 0] if name in drawn else nothing for name in ("azimuth", "elevation"))
        flat = own[:, :2].norm(dim=-1, keepdim=True)
        along = torch.where(flat > 1e-6, own[:, :2] / flat, torch.tensor([1.0, 0.0], device=own.device))
        flat, z = flat[:, 0], own[:, 2]
        level = flat * elevation.cos() - z * elevation.sin()
        x, y = along[:, 0] * level, along[:, 1] * level
        turned = torch.stack(
            [
                x * azimuth.cos() - y * azimuth.sin(),
                x * azimuth.sin() + y * azimuth.cos(),
                z * elevation.cos() + flat * elevation.sin(),
            ],
            dim=-1,
        )
        # To the last bit, where nothing is turned.
        return torch.where(((azimuth == 0) & (elevation == 0))[:, None], own, turned)


class _Materials:
    """The materials of a rasteriser's shapes."""

    def __init__(self, rasterizer: Any, assets: Mapping[str, np.ndarray], draws: Mapping[str, tuple[Draw, ...]]):
        self._draws = draws
        self._arrays = {name: wp.to_torch(array) for name, array in rasterizer.change_materials().items()}
        device = self._arrays["color"].device
        self._slots = {name: torch.as_tensor(assets[name], device=device) for name in draws}

    def write(self, take: Take, env_ids: torch.Tensor) -> None:
        for asset, draws in self._draws.items():
            values = self._values(asset, draws, take)
            here = self._slots[asset][env_ids]
            for name, value in values.items():
                array = self._arrays[name]
                wide = value[:, None] if value.ndim == 1 else value[:, None, :]
                mask = here if value.ndim == 1 else here[..., None]
                array[env_ids] = torch.where(mask, wide.to(array.dtype), array[env_ids])

    def _values(self, asset: str, draws: tuple[Draw, ...], take: Take) -> dict[str, torch.Tensor]:
        """Return what the kernels read, (K,) or (K, channels)."""
        name = f"materials/{asset}"
        drawn = _drawn(name, draws, take)
        values: dict[str, torch.Tensor] = {}
        for draw in draws:
            if draw.setting == "color":
                color = drawn["color"]
                values["color"] = color if draw.scales else _linear(color)
                values["replaced"] = torch.full((len(color),), int(not draw.scales), device=color.device)
        if "roughness" in drawn:
            # alpha is the square of the roughness, and the exponent 2 / alpha^2 - 2 (Walter et al. 2007).
            gloss = values["gloss"] = 2.0 / drawn["roughness"][:, 0] ** 4 - 2.0
            values["gloss_edge"] = torch.where(gloss > 0.0, (8.0 / (gloss + 8.0)) ** (1.0 / gloss), 1.0)
        if "texture/patterns" in drawn:
            pattern = values["texture"] = drawn["texture/patterns"][:, 0]
            count = len(pattern)
            scale, rotation, contrast = (
                drawn[each][:, 0] if each in drawn else torch.full_like(pattern, neutral("materials", each))
                for each in ("texture/scale", "texture/rotation", "texture/contrast")
            )
            values["frequency"], values["contrast"] = 1.0 / scale, contrast
            values["turn"] = torch.stack([rotation.cos(), rotation.sin()], dim=-1)
            dark = torch.zeros(count, 3, device=pattern.device)
            values["texture_color"] = _linear(drawn["texture/color"]) if "texture/color" in drawn else dark
            per_frame = any(draw.per_frame for draw in draws)
            origin = Draw("texture/origin", ((-_ORIGINS,) * 3, (_ORIGINS,) * 3), per_frame=per_frame)
            values["origin"] = origin.values(name, take)
        return values


def can_be_varied(env: Any) -> bool:
    """Whether an environment has cameras, and the rasteriser renders all of them, so that looks can be varied."""
    cameras = cameras_of(env.cfg)
    return bool(cameras) and all(isinstance(cfg.renderer_cfg, RasterizerCfg) for cfg in cameras.values())


def _drawn(name: str, draws: tuple[Draw, ...], take: Take) -> dict[str, torch.Tensor]:
    """Return what is drawn by setting: (K, channels)."""
    return {draw.setting: draw.values(name, take) for draw in draws}


def _strength(drawn: dict[str, torch.Tensor]) -> torch.Tensor:
    """Return what a light's colour is multiplied by: (K, 3)."""
    nothing = torch.ones(1, 3, device=next(iter(drawn.values())).device)
    return nothing * drawn.get("intensity", nothing) * drawn.get("color", nothing)


def _linear(color: torch.Tensor) -> torch.Tensor:
    """Decode sRGB."""
    return torch.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)


def _exposed(color: torch.Tensor, gain: torch.Tensor) -> torch.Tensor:
    """Return the bytes of a background (K, 3), sRGB, whose light is multiplied by a gain (K,), as `structs.Images`."""
    linear = (_linear(color) * gain[:, None]).clamp(0.0, 1.0)
    encoded = torch.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = (255.0 * torch.where(gain[:, None] == 1.0, color, encoded)).round().int().unbind(dim=-1)
    return blue << 16 | green << 8 | red


def _assets(scene_cfg: Any, labels: list[str], scene: Any) -> dict[str, np.ndarray]:
    """Return which slots show which asset of a scene: (num_worlds, num_slots) bool by the name it has there."""
    from isaaclab.sensors import SensorBaseCfg

    paths: dict[str, str] = {}
    for name, cfg in vars(scene_cfg).items():
        parts = getattr(cfg, "rigid_objects", None)
        for each, part in {name: cfg, **(parts if isinstance(parts, dict) else {})}.items():
            if isinstance(getattr(part, "prim_path", None), str) and not isinstance(part, SensorBaseCfg):
                paths[each] = part.prim_path
    slots = scene.geometry.slot_shape.numpy()
    index = np.append(scene.geometry.shape_index.numpy(), -1)[slots]
    of_shape = {}
    for shape in np.unique(index[index >= 0]):
        owners = [name for name, path in paths.items() if re.match(rf"(?:{path})(?:/|$)", labels[shape])]
        if owners:
            # Of what is inside of another asset, the inner one.
            of_shape[int(shape)] = max(owners, key=lambda name: paths[name].count("/"))
    return {
        name: np.isin(index, [shape for shape, owner in of_shape.items() if owner == name])
        for name in dict.fromkeys(of_shape.values())
    }
