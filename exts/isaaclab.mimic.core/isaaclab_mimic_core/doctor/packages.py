# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Versions of the packages that matter, compared with those that our own distribution asks for."""

import re
from collections.abc import Iterator
from importlib import metadata

from .. import __version__
from ..finding import Finding
from ..sim.host import inside_isaac_sim

_DISTRIBUTION = "isaaclab-mimic-kit"

_PACKAGES = {
    "isaaclab": "environments and tasks",
    "torch": "tensors",
    "warp-lang": "kernels",
    "ovphysx": "PhysX without Kit",
    "ovstage": "scenes without Kit",
    "newton": "Newton physics and the live views",
    "viser": "the live view in a browser",
    "ovui": "the desktop window",
    "robomimic": "training policies",
    "omniverse-kit": "the Kit kernel, for tests",
}
"""Distribution -> what it is for."""

_ESSENTIAL = frozenset(("isaaclab", "torch", "warp-lang", "newton"))
_PHYSICS = frozenset(("ovphysx", "ovstage"))
"""Essential too, but for Isaac Sim, which has physics of its own."""

_REQUIREMENT = re.compile(r"\s*(?P<name>[\w.-]+)\s*(\[[^]]*\])?\s*==\s*(?P<version>[\w.+!-]+)\s*(;|$)")
_EXTRA = re.compile(r"""extra\s*==\s*["'](?P<extra>[\w-]+)["']""")


def check_packages() -> Iterator[Finding]:
    wanted = _wanted()
    if wanted is None:
        yield Finding(
            "mimic",
            "note",
            f"{__version__}, not installed as a package: nothing says which versions are wanted",
            "./mimic.sh setup",
        )
    else:
        yield Finding("mimic", "ok", __version__)
    for name, purpose in _PACKAGES.items():
        version, extra = (wanted or {}).get(name, ("", ""))
        yield _compare(name, purpose, version, extra)


def _compare(name: str, purpose: str, wanted: str, extra: str) -> Finding:
    remedy = f"./mimic.sh setup {extra}".strip()
    essential = name in _ESSENTIAL or (name in _PHYSICS and not inside_isaac_sim())
    level = "problem" if essential else "note"
    try:
        found = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Finding(name, level, f"not installed ({purpose})", remedy)
    # A local version such as 2.11.0+cpu is the same release built otherwise.
    if wanted and found.partition("+")[0] != wanted.partition("+")[0]:
        return Finding(name, level, f"{found} found, {wanted} wanted ({purpose})", remedy)
    return Finding(name, "ok", f"{found} ({purpose})")


def _wanted() -> dict[str, tuple[str, str]] | None:
    """Return the exact versions asked for, by us or by isaaclab: name -> (version, our extra that asks for it).

    None if we are not installed as a distribution, as in a Kit that got the extensions from a registry.
    """
    try:
        ours = metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return None
    wanted: dict[str, tuple[str, str]] = {}
    # isaaclab's own extras are not ours to install.
    theirs = [requirement for requirement in _requires("isaaclab") if not _EXTRA.search(requirement)]
    for requirement in [*ours, *theirs]:
        if pinned := _REQUIREMENT.match(requirement):
            extra = _EXTRA.search(requirement)
            name = re.sub(r"[-_.]+", "-", pinned["name"]).lower()
            wanted.setdefault(name, (pinned["version"], extra["extra"] if extra else ""))
    return wanted


def _requires(distribution: str) -> list[str]:
    try:
        return metadata.requires(distribution) or []
    except metadata.PackageNotFoundError:
        return []
