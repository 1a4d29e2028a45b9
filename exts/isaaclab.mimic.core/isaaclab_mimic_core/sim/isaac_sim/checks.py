# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Find applications in which Isaac Lab is known not to work."""

import contextlib
from importlib import metadata
from typing import Any

from ...errors import TaskError

_STREAMING = {"omni.kit.livestream.app", "omni.kit.livestream.webrtc"}
_FULL = "isaacsim.exp.full"
_WORKER = "Let it run in a process of its own."


def check_application() -> None:
    """Check before anything is opened that Isaac Lab can simulate in this Isaac Sim.

    Raises:
        TaskError: It cannot, with the reason.
    """
    import omni.kit.app  # type: ignore[import-not-found]

    check_streaming(omni.kit.app.get_app().get_extension_manager())
    import warp

    check_warp(warp.config.version, getattr(warp, "__file__", "") or "")


def check_streaming(manager: Any) -> None:
    """Refuse the same as Isaac Lab's launcher (isaaclab_physx.app.kit_launcher, 3.0.0)."""
    names = {extension["name"] for extension in manager.get_extensions() if extension["enabled"]}
    if _FULL in names and names & _STREAMING:
        raise TaskError(
            f"with {_FULL} and livestreaming Isaac Lab is known to hang, or to lose its physics",
            where="--physics isaacsim",
            remedy=f"{_WORKER[:-1]}, or start Isaac Sim without livestreaming.",
        )


def check_warp(found: str, file: str) -> None:
    """Check that the Warp in this process fits Isaac Lab; the extension omni.warp.core brings another version.

    Args:
        found: Version of the imported Warp.
        file: Where it was imported from.

    Raises:
        TaskError: Isaac Lab needs another version.
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
    """Return the `packaging` specifier of the Warp versions that the installed Isaac Lab allows; None if unknown."""
    from packaging.requirements import Requirement

    with contextlib.suppress(metadata.PackageNotFoundError):
        for line in metadata.requires("isaaclab") or ():
            requirement = Requirement(line)
            if requirement.name == "warp-lang" and (requirement.marker is None or requirement.marker.evaluate()):
                return requirement.specifier
    return None
