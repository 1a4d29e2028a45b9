# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The camera of films and thumbnails looks for objects along the way, not only where they begin."""

from typing import Any

import numpy as np
import torch

from isaaclab_mimic_core.stages.rendering.state_pictures import _on_the_way


class Carried:
    """An environment with two objects, whose state is their positions."""

    device = "cpu"

    def restore(self, values: dict[str, torch.Tensor], env_ids: torch.Tensor) -> None:
        self._at = values["objects"][env_ids]

    def object_pose(self) -> torch.Tensor:
        poses = torch.eye(4).repeat(1, 2, 1, 1)
        poses[:, :, :3, 3] = self._at
        return poses


def test_objects_are_seen_until_the_end_and_fallen_ones_are_not_followed():
    env: Any = Carried()
    way = np.zeros((41, 2, 3), np.float32)
    way[:, 0, 0] = np.linspace(-0.45, 0.45, 41)
    way[20:, 1, 2] = -9.0
    seen = torch.cat([*_on_the_way(env, {"objects": way}, torch.from_numpy(way[0]))])
    assert seen[:, 0].min() == -0.45 and seen[:, 0].max() == 0.45 and seen[:, 2].min() == 0.0
    assert not [*_on_the_way(env, {}, torch.zeros(2, 3))]
