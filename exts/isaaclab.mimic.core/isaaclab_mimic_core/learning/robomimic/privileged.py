# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What simulation knows of every frame and a policy does not see: where objects are. Encoders are trained to tell it.

Learning from states that only simulation has is an old idea (Levine et al., "End-to-End Training of Deep Visuomotor
Policies", JMLR 2016, pretrain their encoder on poses of objects, too).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ...datasets import DatasetReader, layout
from ...datasets.check import checked_values, require
from ...errors import ConfigError, DatasetError
from ...rotations import pose_from_quat
from .demonstrations import Demonstrations

_OBJECTS = layout.join(layout.STATES, "rigid_object")


@dataclass(frozen=True)
class Positions:
    """Positions of the objects in every row of the demonstrations."""

    objects: tuple[str, ...]
    frames: tuple[str, ...]
    """Names of the frames: `environment`, then the observation of each hand's position."""
    values: torch.Tensor
    """(N, frames, objects, 3) float32 [m]."""


def read_positions(
    demonstrations: Demonstrations, names: Sequence[str], hands: Sequence[tuple[str, str]], device: torch.device
) -> Positions:
    """Read where the rigid objects are before each action, from the recorded states.

    Args:
        demonstrations: The demonstrations.
        names: Which of them.
        hands: Observations with position and quaternion (xyzw) of each hand, in the environment's frame.
        device: Where the result is wanted.

    Raises:
        DatasetError: A demonstration has no states, or damaged ones.
        ConfigError: The observations of a hand are not there, or no poses.
    """
    with DatasetReader(demonstrations.path) as reader:
        objects = _objects_in(reader, names[0])
        poses = [layout.join("rigid_object", name, layout.ROOT_POSE) for name in objects]
        states = [layout.join(group, pose) for group in (layout.STATES, layout.INITIAL_STATE) for pose in poses]
        _check_hands(reader, names[0], hands)
        seen = [layout.join(layout.OBS, name) for pair in hands for name in pair]
        require(reader, [*states, *seen], names, values=False, last_observation=True)
        whole = [_read(reader, name, poses, hands) for name in names]
    values = torch.from_numpy(np.concatenate(whole)).to(device)
    return Positions(tuple(objects), ("environment", *(pos for pos, _ in hands)), values)


def _objects_in(reader: DatasetReader, name: str) -> list[str]:
    suffix = f"/{layout.ROOT_POSE}"
    found = [path for path in reader.shapes(name) if path.startswith(f"{_OBJECTS}/") and path.endswith(suffix)]
    if not found:
        raise DatasetError(
            "has no states of rigid objects, on which encoders could be trained",
            where=f"{reader.path}, {name}",
            remedy="Take train.encoder_pretraining out of --config, or give a file with states.",
        )
    return sorted(path.removeprefix(f"{_OBJECTS}/").removesuffix(suffix) for path in found)


def _check_hands(reader: DatasetReader, name: str, hands: Sequence[tuple[str, str]]) -> None:
    shapes = reader.shapes(name)
    for pair in hands:
        for key, width in zip(pair, (3, 4), strict=True):
            shape = shapes.get(layout.join(layout.OBS, key), ((),))[0]
            if shape[1:] != (width,):
                raise ConfigError(
                    f"names {key!r}, which "
                    + (f"has {' x '.join(map(str, shape[1:]))} numbers" if shape else "the file does not have"),
                    where="train.encoder_pretraining.hands",
                    remedy="Name pairs of observations: a position (3) and a quaternion (4); or give [].",
                )


def _read(reader: DatasetReader, name: str, poses: list[str], hands: Sequence[tuple[str, str]]) -> np.ndarray:
    """Return one demonstration's positions: (T, frames, objects, 3)."""

    def at(group: str, pose: str) -> np.ndarray:
        return checked_values(reader, name, layout.join(group, pose))[:, :3]

    # States are those after an action; what is observed is before it.
    where = np.stack(
        [np.concatenate([at(layout.INITIAL_STATE, pose), at(layout.STATES, pose)[:-1]]) for pose in poses], axis=1
    ).astype(np.float32)
    seen = [where]
    for pos, quat in hands:
        position, quaternion = (
            torch.from_numpy(checked_values(reader, name, layout.join(layout.OBS, key))[: len(where)]).float()
            for key in (pos, quat)
        )
        hand = pose_from_quat(position, quaternion)
        offset = torch.from_numpy(where) - hand[:, None, :3, 3]
        seen.append((offset @ hand[:, :3, :3]).numpy())
    return np.stack(seen, axis=1)
