# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Camera images for viewers outside the simulation, small enough to be sent ten times a second."""

import base64
import json
import zlib
from types import SimpleNamespace

import numpy as np
import torch

from isaaclab_mimic_core.stages.watched import watched_pictures


def seen(index: int, **groups) -> dict[str, np.ndarray]:
    """Return the pictures as they come out of a JSON line at the other end."""
    sent = json.loads(json.dumps(watched_pictures(SimpleNamespace(env=SimpleNamespace(obs_buf=groups)), index)))
    return {
        name: np.frombuffer(zlib.decompress(base64.b64decode(each["rgb"])), np.uint8).reshape(
            each["height"], each["width"], 3
        )
        for name, each in sent.items()
    }


def random_bytes(*shape: int) -> torch.Tensor:
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(1))


def test_pictures_of_every_group_are_the_chosen_environments():
    table, wrist = random_bytes(3, 20, 30, 3), random_bytes(3, 8, 8, 4)
    found = seen(2, policy={"table_cam": table, "eef_pos": torch.zeros(3, 3)}, more={"wrist_cam": wrist})
    assert list(found) == ["table_cam", "wrist_cam"]
    assert (found["table_cam"] == table[2].numpy()).all()
    assert (found["wrist_cam"] == wrist[2, ..., :3].numpy()).all(), "how opaque a pixel is says nothing"


def test_what_is_no_picture_is_left_out():
    depth = torch.zeros(2, 8, 8, 1)
    policy = {"depth": depth, "mask": depth.bool(), "object": torch.zeros(2, 39)}
    assert seen(0, policy=policy, flat=torch.ones(2)) == {}


def test_large_pictures_are_thinned():
    picture = random_bytes(1, 704, 1280, 3)
    (found,) = seen(0, policy={"high": picture}).values()
    assert found.shape == (141, 256, 3)
    assert (found == picture[0, ::5, ::5].numpy()).all()
