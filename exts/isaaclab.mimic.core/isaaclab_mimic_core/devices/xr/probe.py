# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Whether a headset can be used: Isaac Teleop, an OpenXR runtime, CloudXR."""

from ..listing import Listed
from .session import state


def probe() -> list[Listed]:
    """Say whether there is an OpenXR runtime for Isaac Teleop, or CloudXR can be started."""
    package, *runtimes = state()
    usable = package.level == "ok" and any(runtime.level == "ok" for runtime in runtimes)
    detail = "; ".join([package.text, *(f"{runtime.topic}: {runtime.text}" for runtime in runtimes)])
    remedy = "" if usable else next((found.remedy for found in (package, *runtimes) if found.remedy), "")
    return [Listed("xr", usable, detail, remedy)]
