# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Kit: whether we run inside it, and whether its licence was accepted."""

from collections.abc import Iterator

from ..finding import Finding
from ..sim.host import inside_kit
from .machine import LICENCE_VARIABLE, Machine

_TEXT = "https://docs.omniverse.nvidia.com/platform/latest/common/NVIDIA_Omniverse_License_Agreement.html"


def check_host(machine: Machine) -> Iterator[Finding]:
    """Say what kind of process this is."""
    host = (
        "inside Isaac Sim"
        if machine.inside_isaac_sim
        else "inside Kit"
        if inside_kit()
        else "plain Python, without Kit"
    )
    yield Finding("host", "ok", host)


def check_licence(machine: Machine) -> Iterator[Finding]:
    """Say whether NVIDIA's licence was accepted, as Kit itself decides it. Only the user may accept it."""
    topic = "NVIDIA licence"
    if machine.licence_variable_set:
        yield Finding(topic, "ok", f"accepted ({LICENCE_VARIABLE})")
    elif machine.licence_answered:
        yield Finding(topic, "ok", "accepted earlier, when Kit asked")
    else:
        yield Finding(
            topic,
            "note",
            "not accepted yet; only Kit asks for it, at its first start",
            f"Read {_TEXT}, then: export {LICENCE_VARIABLE}=YES",
        )
