# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Kit: whether we run inside it, and whether its licence was accepted."""

import os
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from ..finding import Finding
from ..sim.host import inside_isaac_sim, inside_kit

_VARIABLE = "OMNI_KIT_ACCEPT_EULA"
_YES = ("y", "yes", "1")
_TEXT = "https://docs.omniverse.nvidia.com/platform/latest/common/NVIDIA_Omniverse_License_Agreement.html"


def check_host() -> Iterator[Finding]:
    host = "inside Isaac Sim" if inside_isaac_sim() else "inside Kit" if inside_kit() else "plain Python, without Kit"
    yield Finding("host", "ok", host)


def check_licence() -> Iterator[Finding]:
    """Tell whether NVIDIA's licence was accepted, as Kit itself decides it. Accepting is the user's own act."""
    topic = "NVIDIA licence"
    if _accepted_by_variable():
        yield Finding(topic, "ok", f"accepted ({_VARIABLE})")
    elif _accepted_before():
        yield Finding(topic, "ok", "accepted earlier, when Kit asked")
    else:
        yield Finding(
            topic,
            "note",
            "not accepted yet; only Kit asks for it, at its first start",
            f"Read {_TEXT}, then: export {_VARIABLE}=YES",
        )


def licence_accepted() -> bool:
    """Return whether Kit would start without asking."""
    return _accepted_by_variable() or _accepted_before()


def _accepted_by_variable() -> bool:
    return os.environ.get(_VARIABLE, "").lower() in _YES


def _accepted_before() -> bool:
    try:
        answer = Path(str(metadata.distribution("omniverse-kit").locate_file("omni/EULA_ACCEPTED")))
        return answer.read_text().strip().lower() in _YES
    except (metadata.PackageNotFoundError, OSError):
        return False
