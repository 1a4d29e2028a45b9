# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The settings of training the image encoders before the policy: `train.encoder_pretraining` of a configuration.

This section is ours; without it a configuration is one of robomimic's and nothing else. What each setting does is
declared beside robomimic's own settings, in `settings.SETTINGS`; here are the defaults.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any

SECTION = "encoder_pretraining"


@dataclass(frozen=True)
class Pretraining:
    """The settings of the section, with their defaults."""

    num_epochs: int = 30
    epoch_every_n_steps: int = 100
    batch_size: int = 96
    learning_rate: float = 3e-3
    every_n_frames: int = 2
    held_out: float = 0.1
    hands: tuple[tuple[str, str], ...] = (("eef_pos", "eef_quat"),)
    action_weight: float = 0.3
    shift_pixels: int = 0
    color_jitter: float = 0.2
    feature_noise: float = 1.0


def with_defaults(given: dict) -> dict:
    """Return the section complete, as plain data; what is unknown stays, to be refused by name."""
    defaults = asdict(Pretraining())
    return {**defaults, "hands": [list(pair) for pair in defaults["hands"]], **given}


def pretraining_of(config: Any) -> Pretraining | None:
    """Return the settings in a checked configuration of robomimic's; None if it has none."""
    given = config.train.get(SECTION)
    if not given:
        return None
    values = {each.name: given[each.name] for each in fields(Pretraining)}
    return Pretraining(**{**values, "hands": tuple((str(pos), str(quat)) for pos, quat in given["hands"])})
