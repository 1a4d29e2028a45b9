# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Whether a headset can be used: Isaac Teleop, an OpenXR runtime, CloudXR."""

from collections.abc import Iterator

from ...finding import Finding
from ..listing import Listed
from .session import state


def examine() -> Iterator[Finding]:
    """Look for the package, the OpenXR runtime and CloudXR; all of them are optional."""
    for topic, well, text, remedy in state():
        yield Finding(topic, "ok" if well else "note", text, remedy)


def probe() -> list[Listed]:
    """Say whether there is an OpenXR runtime for Isaac Teleop, or CloudXR can be started."""
    rows = state()
    usable = rows[0][1] and any(well for _, well, *_ in rows[1:])
    detail = "; ".join(f"{topic}: {text}" if topic != "XR" else text for topic, _, text, _ in rows)
    return [Listed("xr", usable, detail, "" if usable else next((remedy for *_, remedy in rows if remedy), ""))]
