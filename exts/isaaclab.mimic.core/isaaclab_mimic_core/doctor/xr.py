# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Whether a headset can be used: Isaac Teleop, an OpenXR runtime, CloudXR."""

from collections.abc import Iterator

from ..devices.xr_session import state
from .finding import Finding


def check_xr() -> Iterator[Finding]:
    """Look for what teleoperation with a headset needs; all of it is optional."""
    for topic, well, text, remedy in state():
        yield Finding(topic, "ok" if well else "note", text, remedy)
