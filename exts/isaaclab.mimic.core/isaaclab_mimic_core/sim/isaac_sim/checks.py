# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Applications in which Isaac Lab is known not to work."""

import contextlib
from importlib import metadata
from typing import Any

from ...errors import TaskError

_STREAMING = {"omni.kit.livestream.app", "omni.kit.livestream.webrtc"}
_FULL = "isaacsim.exp.full"
_WORKER = "Let it run in a process of its own."


def check_application() -> None:
    """Find out, before anything is opened, whether Isaac Lab can simulate in this Isaac Sim.

    Raises:
        TaskError: It cannot; says why.
    """
    import omni.kit.app  # type: ignore[import-not-found]

    _check_streaming(omni.kit.app.get_app().get_extension_manager())
    import warp

    check_warp(warp.config.version, getattr(warp, "__file__", "") or "")


def _check_streaming(manager: Any) -> None:
    """Refuse what Isaac Lab's launcher refuses (isaaclab_physx.app.kit_launcher, 3.0.0)."""
    names = {extension["name"] for extension in manager.get_extensions() if extension["enabled"]}
    if _FULL in names and names & _STREAMING:
        raise TaskError(
            f"with {_FULL} and livestreaming Isaac Lab is known to hang, or to lose its physics",
            where="--physics isaacsim",
            remedy=f"{_WORKER[:-1]}, or start Isaac Sim without livestreaming.",
        )


def check_warp(found: str, file: str) -> None:
    """See to it that Warp is the one Isaac Lab was made for: applications may bring another (omni.warp.core).

    Args:
        found: The version that is imported here.
        file: Where it comes from.

    Raises:
        TaskError: Another one.
    """
    wanted = _wanted_warp()
    if wanted is None or wanted.contains(found, prereleases=True):
        return
    raise TaskError(
        f"Warp {found} is loaded, and Isaac Lab needs {wanted}",
        where=file or "warp",
        remedy=f"{_WORKER[:-1]}, or start Isaac Sim without the extension omni.warp.core.",
    )


def _wanted_warp() -> Any:
    """Return the versions of Warp that the installed Isaac Lab allows (`packaging.specifiers.SpecifierSet`)."""
    from packaging.requirements import Requirement

    with contextlib.suppress(metadata.PackageNotFoundError):
        for line in metadata.requires("isaaclab") or ():
            requirement = Requirement(line)
            if requirement.name == "warp-lang" and (requirement.marker is None or requirement.marker.evaluate()):
                return requirement.specifier
    return None
