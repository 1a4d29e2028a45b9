# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A report on an Isaac Sim, to send to others: the part of docs/isaac-sim-checklist.md that a program can do.

Nothing is changed. The report always has the same findings; those that need a running application say so without one.
"""

import platform
import sys
from collections import Counter
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from ..devices.xr.application import APPLICATION
from ..devices.xr.application import EXTENSIONS as XR_EXTENSIONS
from ..errors import MimicError
from ..finding import Finding
from ..interpreter import find_interpreter, is_embedded, running_program
from ..requirements import PACKAGES, PHYSX, how_to_install
from ..sim.engines import automatic_engine
from ..sim.host import inside_kit
from ..version import __version__
from .machine import Machine
from .report import Check, format_findings, run_check

_WRITTEN_FOR = {"Isaac Sim": "6.2", "Kit": "110.4", "isaaclab": "3.0.0"}
"""Versions that this package was written for; another version is a finding."""

_SIMULATION = ("omni.usd", "omni.timeline", "omni.physx", "omni.physx.tensors", "omni.physx.fabric")
_WINDOW = ("omni.kit.menu.utils", "omni.kit.viewport.utility", "omni.kit.widget.toolbar")
_OTHERS = (
    "isaacsim.core.version",
    "isaacsim.core.simulation_manager",
    "isaacsim.asset.importer.urdf",
    "isaacsim.replicator.teleop",
    "isaacsim.replicator.episode_recorder",
    "omni.kit.livestream.app",
)
_SETTINGS = (
    "/physics/suppressReadback",
    "/physics/fabricEnabled",
    "/physics/fabricUpdateTransformations",
    "/physics/fabricUseGPUInterop",
    "/physics/cudaDevice",
    "/app/player/playSimulations",
    "/app/fastShutdown",
    "/app/window/enabled",
    "/isaaclab/has_gui",
    "/isaaclab/xr/enabled",
    "/persistent/simulation/minFrameRate",
    "/persistent/omnihydra/useSceneGraphInstancing",
    "/persistent/xr/openxr/disableInputBindings",
    "/exts/isaacsim.core.simulation_manager/enable_default_callbacks",
)
"""Settings that Isaac Lab changes, or that decide how a run inside Isaac Sim goes."""

_NOT_ASKED = "not asked: this is not a running Kit application"


def examine(machine: Machine | None = None) -> list[Finding]:
    """Examine the Isaac Sim of this process or of this Python; never raises, changes nothing.

    Args:
        machine: Facts of the machine; by default of this one.
    """
    checks: tuple[Check, ...] = (
        _program,
        _versions,
        _warp,
        _packages,
        _worker,
        _application,
        _extensions,
        _settings,
        _stage,
        _timeline,
        _xr,
    )
    machine = machine or Machine.here()
    return [finding for check in checks for finding in run_check(check, machine)]


def format_report(found: list[Finding]) -> str:
    """Return the report as text, one line a finding, after a line with the counts."""
    counts = Counter(finding.level for finding in found)
    levels = ", ".join(f"{counts[level]} {level}" for level in ("ok", "note", "problem", "unknown"))
    return f"Isaac Lab Mimic {__version__}: {levels}\n\n{format_findings(found, color=False)}\n"


# -- the process and what is installed


def _program(machine: Machine) -> Iterator[Finding]:
    where = (
        "a running Isaac Sim" if machine.inside_isaac_sim else "a Kit without simulation" if inside_kit() else "no Kit"
    )
    yield Finding("host", "ok", where)
    yield Finding("platform", "ok", f"{platform.platform()}, Python {platform.python_version()} of {sys.prefix}")
    kind = "Python is embedded in it" if is_embedded() else "Python itself"
    yield Finding("program", "ok", f"{running_program()} ({kind})")


def _versions(machine: Machine) -> Iterator[Finding]:
    yield _compared("Isaac Sim", _isaac_sim_version(machine))
    yield _compared("Kit", _kit_version())
    yield _compared("isaaclab", _distribution("isaaclab"))
    torch = sys.modules.get("torch")
    version = getattr(torch, "__version__", "") or _distribution("torch")
    yield Finding("torch", "ok" if version else "problem", version or "not installed")


def _compared(name: str, version: str) -> Finding:
    wanted = _WRITTEN_FOR[name]
    if not version:
        return Finding(name, "unknown", "no version was found here")
    # Compare whole numbers: 6.20 is not a 6.2.
    fits = f"{version}.".startswith(f"{wanted}.")
    return Finding(name, "ok" if fits else "problem", version, "" if fits else f"This was written for {name} {wanted}.")


def _isaac_sim_version(machine: Machine) -> str:
    if inside_kit():
        try:
            from isaacsim.core.version import get_version  # pyright: ignore[reportMissingImports]

            return str(get_version()[0])
        except ImportError:
            pass
    root = installation(machine)
    if root is not None and (root / "VERSION").is_file():
        return (root / "VERSION").read_text(errors="replace").strip().partition("-")[0]
    return _distribution("isaacsim")


def _kit_version() -> str:
    if inside_kit():
        return sys.modules["omni.kit.app"].get_app().get_build_version().partition("+")[0]
    return _distribution("omniverse-kit")


def installation(machine: Machine) -> Path | None:
    """Return the folder of this process's Isaac Sim, the one with `exts` and `apps`; None if there is none."""
    places = [Path(named)] if (named := machine.environment.get("ISAAC_PATH")) else []
    places += [folder for path in (running_program(), sys.prefix) for folder in Path(path).parents]
    places += [Path(entry, "isaacsim") for entry in sys.path]
    return next((place for place in places if (place / "apps" / "isaacsim.exp.base.kit").is_file()), None)


def _distribution(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _warp(machine: Machine) -> Iterator[Finding]:
    """Compare Isaac Lab's Warp with the application's; the extension omni.warp.core brings another version."""
    requirements = machine.requirements.get("isaaclab", ())
    wanted = next((each.partition("==")[2] for each in requirements if each.startswith("warp-lang==")), "")
    wanted = wanted.partition(";")[0]
    loaded: Any = sys.modules.get("warp")
    version = str(loaded.config.version) if loaded is not None else _distribution("warp-lang")
    where = f"loaded from {Path(loaded.__file__).parent}" if loaded is not None else "installed, not loaded"
    if not version:
        yield Finding("warp", "problem", "not installed")
    else:
        fits = not wanted or version == wanted
        remedy = "" if fits else f"Isaac Lab needs {wanted}: start an application without omni.warp.core."
        yield Finding("warp", "ok" if fits else "problem", f"{version}, {where}", remedy)
    yield _extension(machine, "omni.warp.core", wanted=False)


def _packages(machine: Machine) -> Iterator[Finding]:
    missing = [package for package in PACKAGES if package.name not in machine.importable]
    for purpose in dict.fromkeys(package.purpose for package in PACKAGES):
        here = [package for package in missing if package.purpose == purpose]
        names = ", ".join(package.name for package in here)
        yield Finding(
            f"for {purpose}",
            "problem" if here else "ok",
            f"lacks {names}" if here else "all packages are there",
            how_to_install(here) if here else "",
        )


def _worker(machine: Machine) -> Iterator[Finding]:
    try:
        yield Finding("worker's Python", "ok", find_interpreter())
    except MimicError as error:
        yield Finding("worker's Python", "problem", error.what, error.remedy or "")
    engine = automatic_engine()
    physx = [package.name for package in PACKAGES if package.purpose == PHYSX]
    usable = engine == "isaacsim" or machine.importable.issuperset(physx)
    text = "PhysX without Isaac Sim" if engine == "ovphysx" else "a second Isaac Sim, without a window"
    yield Finding("worker's physics", "ok" if usable else "problem", text if usable else "none")
    root = installation(machine)
    if root is not None or machine.isaac_sim_is_here:
        yield Finding("installation", "ok", str(root or "the package isaacsim"))
    else:
        yield Finding("installation", "unknown", "no Isaac Sim belongs to this Python")


# -- the running application


def _app() -> Any:
    return sys.modules["omni.kit.app"].get_app() if inside_kit() else None


def _application(machine: Machine) -> Iterator[Finding]:
    app = _app()
    if app is None:
        yield Finding("application", "unknown", _NOT_ASKED)
        return
    import carb.tokens

    folder = carb.tokens.get_tokens_interface().resolve("${app}")
    yield Finding("application", "ok", f"{app.get_app_filename()} {app.get_app_version().strip()} in {folder}")


def _extension(machine: Machine, name: str, wanted: bool = True) -> Finding:
    """Look for one extension; `wanted` is True if a run needs it, False if it must not be enabled."""
    topic = f"extension {name}"
    app = _app()
    if app is None:
        root = installation(machine)
        if root is None:
            return Finding(topic, "unknown", _NOT_ASKED)
        # Folders of extensions from a registry have the version in their name.
        on_disk = [folder for pattern in (name, f"{name}-*") for folder in root.glob(f"exts*/{pattern}")]
        return Finding(topic, "unknown", f"on disk ({on_disk[0].parent.name})" if on_disk else "not on disk")
    manager = app.get_extension_manager()
    found = manager.get_enabled_extension_id(name)
    if found:
        failed = manager.get_extension_dict(found)["state"]["failed"]
        text = f"{found}, {'failed to start' if failed else 'enabled'}"
        return Finding(topic, "ok" if wanted and not failed else "problem", text)
    there = any(extension["name"] == name for extension in manager.get_extensions())
    return Finding(topic, "problem" if wanted else "ok", "there, not enabled" if there else "not there")


def _extensions(machine: Machine) -> Iterator[Finding]:
    for name in ("isaaclab.mimic.core", "isaaclab.mimic.ui", *_SIMULATION, *_WINDOW):
        yield _extension(machine, name)
    for name in _OTHERS:
        row = _extension(machine, name)
        # For information: a run does not need them.
        yield Finding(row.topic, "unknown" if row.level == "unknown" else "ok", row.text)


def _settings(machine: Machine) -> Iterator[Finding]:
    if not inside_kit():
        for path in _SETTINGS:
            yield Finding(f"setting {path}", "unknown", _NOT_ASKED)
        return
    import carb.settings

    settings: Any = carb.settings.get_settings()
    for path in _SETTINGS:
        value = settings.get(path)
        yield Finding(f"setting {path}", "ok", "not set" if value is None else repr(value))


def _stage(machine: Machine) -> Iterator[Finding]:
    usd = sys.modules.get("omni.usd")
    if usd is None or not inside_kit():
        yield Finding("stage", "unknown", _NOT_ASKED if not inside_kit() else "omni.usd is not loaded")
        return
    context = usd.get_context()
    stage = context.get_stage()
    if stage is None:
        yield Finding("stage", "ok", "none is open")
        return
    from pxr import UsdGeom, UsdPhysics, UsdUtils

    scenes = sum(prim.IsA(UsdPhysics.Scene) for prim in stage.Traverse())
    changed = "unsaved changes" if context.has_pending_edit() else "no unsaved changes"
    # Only the file's name, because the report is sent to others.
    name = "a new one" if stage.GetRootLayer().anonymous else Path(stage.GetRootLayer().identifier).name
    cache: Any = UsdUtils.StageCache.Get()
    axis = UsdGeom.GetStageUpAxis(stage)
    counted = f"{scenes} physics scenes, {cache.Size()} in USD's cache"
    yield Finding("stage", "ok", f"{name}, {changed}, up axis {axis}, {counted}")


def _timeline(machine: Machine) -> Iterator[Finding]:
    module = sys.modules.get("omni.timeline")
    if module is None or not inside_kit():
        yield Finding("timeline", "unknown", _NOT_ASKED if not inside_kit() else "omni.timeline is not loaded")
        return
    timeline = module.get_timeline_interface()
    state = "plays" if timeline.is_playing() else "is stopped" if timeline.is_stopped() else "is paused"
    yield Finding("timeline", "ok", f"{state} at {timeline.get_current_time():.2f} s")


def _xr(machine: Machine) -> Iterator[Finding]:
    rows = [_extension(machine, name) for name in XR_EXTENSIONS]
    for row in rows:
        remedy = f"For a headset: {APPLICATION}" if row.level == "problem" and row.text == "not there" else ""
        yield Finding(row.topic, row.level, row.text, remedy)
    from ..devices.xr.session import state

    yield from state()
