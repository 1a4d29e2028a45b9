# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Objects that are larger or smaller than the task has them.

Isaac Lab's own event for this (`randomize_rigid_body_scale`) needs the physics of every environment to be parsed by
itself. Here all environments have the same sizes, so physics is still replicated.
"""

import math
import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import OptionError

if TYPE_CHECKING:
    import torch
    from isaaclab.envs import ManagerBasedEnv, ManagerBasedRLEnvCfg

EVERY_OBJECT = ""
"""Name that stands for all objects."""
_LEAST, _MOST = 0.1, 10.0
_WHERE = "--object-scale"
_EVENT = "mimic_object_scale"
_BOXES = "mimic_object_boxes"
"""Attribute of the environment that holds the objects' boxes."""


def read_scales(text: str) -> dict[str, tuple[float, float]]:
    """Read factors on the sizes of objects.

    Args:
        text: One factor for all objects that move, such as `0.8`, or one for each, such as `cube_2=0.8,cube_3=1.2`; a
            range, such as `0.8:1.2`, wherever a factor can be.

    Returns:
        Least and largest factor by object; those of all of them by `EVERY_OBJECT`.

    Raises:
        OptionError: It cannot be read so.
    """
    scales: dict[str, tuple[float, float]] = {}
    for part in text.split(",") if text else ():
        name, equals, numbers = (word.strip() for word in part.rpartition("="))
        low, colon, high = numbers.partition(":")
        try:
            least, most = float(low), float(high if colon else low)
        except ValueError:
            least = most = math.nan
        if "_" in numbers:
            least = math.nan
        if not _LEAST <= least <= most <= _MOST or bool(equals) != bool(name):
            raise OptionError(
                f"{part.strip()!r} is no factor from {_LEAST} to {_MOST:g}, and no range of them",
                where=_WHERE,
                remedy="Write 0.8, or 0.8:1.2, or cube_2=0.8,cube_3=1.2.",
            )
        if name in scales:
            raise OptionError(f"{name or 'all objects'} has two factors", where=_WHERE)
        scales[name] = least, most
    if EVERY_OBJECT in scales and len(scales) > 1:
        raise OptionError("one factor is for all objects, and others for some", where=_WHERE, remedy="Name each.")
    return scales


def scale_objects(
    cfg: "ManagerBasedRLEnvCfg", scales: Mapping[str, tuple[float, float]], seed: int = 0
) -> dict[str, float]:
    """Change the sizes of objects in a task's configuration; what is twice as large has eight times the mass.

    Events place objects as if they had their own sizes, and each is then lifted or lowered so that its lowest point is
    where it would be.

    Args:
        cfg: The configuration, with its final assets.
        scales: Result of `read_scales`.
        seed: Decides about ranges: each object's factor is drawn from its own, uniformly.

    Returns:
        Factor of each object that has another size than the task says.

    Raises:
        OptionError: There is no such object, or it cannot be scaled.
    """
    from isaaclab.assets import RigidObjectCfg
    from isaaclab.managers import EventTermCfg

    there = {name: asset for name, asset in vars(cfg.scene).items() if isinstance(asset, RigidObjectCfg)}
    if unknown := [name for name in scales if name and name not in there]:
        raise OptionError(
            f"there is no object {unknown[0]!r}", where=_WHERE, remedy=f"The task has {', '.join(there) or 'none'}."
        )
    wanted = {name: scales.get(name, scales.get(EVERY_OBJECT, (1.0, 1.0))) for name in there}
    changed = {name: factor for name, ends in wanted.items() if (factor := _drawn(name, *ends, seed)) != 1.0}
    for name, factor in changed.items():
        if not _scale(there[name].spawn, factor):
            raise OptionError(f"{name} cannot be scaled: {type(there[name].spawn).__name__} says no size", where=_WHERE)
    if changed:
        # What has been scaled before is scaled by both.
        earlier = getattr(cfg.events, _EVENT).params["scales"] if hasattr(cfg.events, _EVENT) else {}
        changed = earlier | {name: factor * earlier.get(name, 1.0) for name, factor in changed.items()}
        # The last of the events, since they happen in this order.
        term = EventTermCfg(func=keep_lowest_points, mode="reset", params={"scales": changed})
        setattr(cfg.events, _EVENT, term)
    return changed


def _drawn(name: str, least: float, most: float, seed: int) -> float:
    """Return an object's factor; of a range one of four digits, as they are told."""
    if least == most:
        return least
    return round(random.Random(f"object scale {seed} {name}").uniform(least, most), 4)


def as_text(scales: Mapping[str, float]) -> str:
    """Return factors as `read_scales` reads them."""
    return ",".join(f"{name}={factor}" if name else str(factor) for name, factor in scales.items())


def scale_of(info: Mapping[str, Any], name: str) -> float:
    """Return the factor on an object's size in open environments.

    Args:
        info: `BatchedEnv.info`.
        name: The object's.
    """
    return read_scales(info.get("object_scale", "")).get(name, (1.0, 1.0))[0]


def _scale(spawn: Any, factor: float) -> bool:
    """Scale what is spawned; return whether it could be."""
    if hasattr(spawn, "scale"):
        spawn.scale = tuple(factor * each for each in spawn.scale or (1.0, 1.0, 1.0))
    elif hasattr(spawn, "size"):
        spawn.size = tuple(factor * each for each in spawn.size)
    elif hasattr(spawn, "radius"):
        spawn.radius *= factor
        if hasattr(spawn, "height"):
            spawn.height *= factor
    else:
        return False
    given: Any = getattr(spawn, "mass_props", None)
    for each in given if isinstance(given, list | tuple) else [given]:
        if getattr(each, "mass", None):
            each.mass *= factor**3
    return True


def keep_lowest_points(env: "ManagerBasedEnv", env_ids: "torch.Tensor", scales: Mapping[str, float]) -> None:
    """Move scaled objects up or down to where their lowest points would be at their own sizes.

    Args:
        env: The environments.
        env_ids: (K,) those that are being reset.
        scales: Factor of each scaled object.
    """
    import torch

    from .object_sizes import below_origin, boxes

    # Shapes do not change, and their bounds take longer than everything else here.
    found = getattr(env, _BOXES, None) or boxes(env.scene)
    setattr(env, _BOXES, found)
    for name, factor in scales.items():
        if name in found:
            asset = env.scene[name]
            pose = asset.data.root_pose_w.torch[env_ids].clone()
            half, center = (torch.tensor(each, device=pose.device) for each in (found[name].half, found[name].center))
            # The boxes are as large as the objects are now.
            pose[:, 2] += below_origin(half, center, pose[:, 3:7]) * (1 - 1 / factor)
            asset.write_root_pose_to_sim_index(root_pose=pose, env_ids=env_ids)
