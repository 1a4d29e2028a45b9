# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The physics engines that can run in this process."""

from collections.abc import Iterator

from ..errors import MimicError
from ..finding import Finding
from ..sim.engines import ENGINES, choose_engine
from .machine import Machine


def check_physics(machine: Machine) -> Iterator[Finding]:
    """Say for each physics engine whether it can be used here."""
    main = "isaacsim" if machine.inside_isaac_sim else "ovphysx"
    for name in ENGINES:
        topic = f"physics: {name}"
        try:
            choose_engine(name)
        except MimicError as error:
            yield Finding(topic, "problem" if name == main else "note", f"not here: {error.what}", error.remedy or "")
        else:
            yield Finding(topic, "ok", "usable, and the default here" if name == main else "usable")
