# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How the hands of GR1T2 close: all joints of a hand together."""

from ..synergy import Synergy

SYNERGY = Synergy(
    opened={"thumb_proximal_yaw": -1.5, "": 0.0},
    closed={"thumb_proximal_yaw": -1.5, "thumb_proximal_pitch": 0.5, "thumb_distal": 0.5, "": -1.1},
    hands={"L_": "left", "R_": "right"},
)
"""Open, the thumb stands opposite the fingers."""
