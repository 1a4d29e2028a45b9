# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Perturbations of a task for `mimic evaluate --robust`, one at a time."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..sim.object_scale import EVERY_OBJECT, scale_objects
from ..sim.rendering.randomization import BY_NAME, TEXTURES, Draw, Part, Randomization
from .rollouts import Disturbance

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnvCfg


@dataclass(frozen=True)
class Variant:
    """A perturbation: `configure` changes the task's configuration, `disturbance` the observations and actions.

    `looks` are drawn anew for each rollout; only policies that see images are measured under them.
    """

    name: str
    configure: Callable[[Any], None] | None = None
    disturbance: Disturbance = field(default_factory=Disturbance)
    looks: Randomization | None = None


def _objects(cfg: "ManagerBasedRLEnvCfg") -> list[Any]:
    """Return the configurations of the scene's rigid objects."""
    from isaaclab.assets import RigidObjectCfg

    return [asset for asset in vars(cfg.scene).values() if isinstance(asset, RigidObjectCfg)]


def _start_poses(factor: float) -> Callable[[Any], None]:
    """Scale the ranges from which initial states are drawn, about their centre."""

    def configure(cfg: "ManagerBasedRLEnvCfg") -> None:
        for event in vars(cfg.events).values():
            parameters = getattr(event, "params", None) or {}
            if "std" in parameters:
                parameters["std"] *= factor
            for axis, (low, high) in (parameters.get("pose_range") or {}).items():
                middle, half = (low + high) / 2, factor * (high - low) / 2
                parameters["pose_range"][axis] = (middle - half, middle + half)

    return configure


def _size(factor: float) -> Callable[[Any], None]:
    """Scale the objects, and their masses with them."""

    def configure(cfg: "ManagerBasedRLEnvCfg") -> None:
        scale_objects(cfg, {EVERY_OBJECT: (factor, factor)})

    return configure


def _mass(factor: float) -> Callable[[Any], None]:
    """Scale the objects' masses after they were spawned."""

    def configure(cfg: "ManagerBasedRLEnvCfg") -> None:
        from isaaclab.envs.mdp import randomize_rigid_body_mass
        from isaaclab.managers import EventTermCfg, SceneEntityCfg

        for name in [name for name, asset in vars(cfg.scene).items() if any(asset is one for one in _objects(cfg))]:
            scale: Any = randomize_rigid_body_mass
            term = EventTermCfg(
                func=scale,
                mode="startup",
                params={
                    "asset_cfg": SceneEntityCfg(name),
                    "mass_distribution_params": (factor, factor),
                    "operation": "scale",
                },
            )
            setattr(cfg.events, f"mimic_mass_{name}", term)

    return configure


def _friction(value: float) -> Callable[[Any], None]:
    """Set the objects' friction coefficient. Other bodies keep theirs, and the engine averages the two."""

    def configure(cfg: "ManagerBasedRLEnvCfg") -> None:
        from isaaclab.sim.spawners.materials import UsdPhysicsRigidBodyMaterialCfg

        for asset in _objects(cfg):
            if hasattr(asset.spawn, "physics_material"):
                asset.spawn.physics_material = UsdPhysicsRigidBodyMaterialCfg(
                    static_friction=value, dynamic_friction=value
                )

    return configure


def _gains(factor: float) -> Callable[[Any], None]:
    def configure(cfg: "ManagerBasedRLEnvCfg") -> None:
        from isaaclab.assets import ArticulationCfg

        for asset in vars(cfg.scene).values():
            if isinstance(asset, ArticulationCfg):
                for actuator in asset.actuators.values():
                    for name in ("stiffness", "damping"):
                        if isinstance(value := getattr(actuator, name), (int, float)):
                            setattr(actuator, name, factor * value)

    return configure


def _between(setting: str, low: float, high: float) -> Draw:
    return Draw(setting, ((low,), (high,)))


def _factors(setting: str, low: float, high: float) -> Draw:
    """Draw a factor for each channel of a colour."""
    return Draw(setting, ((low,) * 3, (high,) * 3), scales=True)


def _looks(*parts: tuple[str, tuple[Draw, ...]]) -> Randomization:
    """Return settings by group; those of assets and cameras are for all of them, drawn for each."""
    return Randomization(
        tuple(Part(group, ".*" if group in BY_NAME else "", draws, "--robust") for group, draws in parts), {}
    )


NOMINAL = Variant("")

VARIANTS = (
    Variant("start poses x 1.25", _start_poses(1.25)),
    Variant("objects 5 % smaller", _size(0.95)),
    Variant("objects 5 % larger", _size(1.05)),
    Variant("mass x 0.5", _mass(0.5)),
    Variant("mass x 2", _mass(2.0)),
    Variant("friction 0.3", _friction(0.3)),
    Variant("friction 1", _friction(1.0)),
    Variant("actuator gains x 0.8", _gains(0.8)),
    Variant("actuator gains x 1.25", _gains(1.25)),
    Variant("observation noise 2 mm", None, Disturbance(observation_noise=0.002)),
    Variant("observation noise 5 mm", None, Disturbance(observation_noise=0.005)),
    Variant("action delay 1 step", None, Disturbance(action_delay=1)),
    Variant("action delay 2 steps", None, Disturbance(action_delay=2)),
    Variant(
        "light",
        looks=_looks(
            ("distant_light", (_between("azimuth", -math.pi, math.pi), _between("intensity", 0.6, 1.4))),
            ("dome_light", (_between("intensity", 0.6, 1.4),)),
        ),
    ),
    Variant("colours x 0.7 to 1.3", looks=_looks(("materials", (_factors("color", 0.7, 1.3),)))),
    Variant(
        "textures",
        looks=_looks(
            (
                "materials",
                (
                    Draw("texture/patterns", tuple((float(i),) for i in range(1, len(TEXTURES))), chosen=True),
                    _between("texture/scale", 0.02, 0.1),
                    _between("texture/contrast", 0.2, 0.5),
                ),
            )
        ),
    ),
    Variant(
        "camera poses 5 mm, 0.02 rad",
        looks=_looks(
            (
                "cameras",
                (
                    *(_between(f"pose_range/{axis}", -0.005, 0.005) for axis in ("x", "y", "z")),
                    *(_between(f"pose_range/{axis}", -0.02, 0.02) for axis in ("roll", "pitch", "yaw")),
                ),
            )
        ),
    ),
)
"""The perturbations that `mimic evaluate --robust` measures, besides the unchanged task."""
