# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Run all checks, and show what they found."""

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict

from ..finding import Finding
from ..plugins import DEVICES, DeviceSpec, loaded, problems, resolve
from .assets import check_local_robots, start_cloud_check
from .graphics import check_display, check_gpu, check_gpu_driver, check_vulkan
from .kit import check_host, check_licence
from .machine import Machine
from .packages import check_lerobot, check_packages
from .physics import check_physics
from .system import check_cache, check_cpu, check_disk, check_platform, check_python

Check = Callable[[Machine], Iterable[Finding]]

_COLORS = {"ok": "\033[32m", "note": "\033[33m", "problem": "\033[31m", "unknown": "\033[33m"}
_PLAIN = "\033[0m"


def findings(start_cloud: Callable[[], Check] = start_cloud_check) -> list[Finding]:
    """Examine this machine; takes a few seconds, opens no simulation, never raises.

    Args:
        start_cloud: Starts the check of the asset server.
    """
    # Started first and read last, because it waits for a server.
    cloud = _begin(start_cloud)
    machine = Machine.here()
    checks = (
        check_python,
        check_platform,
        check_host,
        check_packages,
        check_lerobot,
        check_cpu,
        check_gpu_driver,
        check_gpu,
        check_physics,
        check_vulkan,
        check_display,
        *map(_examine, DEVICES.all().values()),
        check_licence,
        _check_plugins,
        check_cache,
        check_disk,
        check_local_robots,
        cloud,
    )
    return [finding for check in checks for finding in run_check(check, machine)]


def _examine(device: DeviceSpec) -> Check:
    """Return a device's check."""

    def check_device(machine: Machine) -> Iterable[Finding]:
        return resolve(device.doctor)() if device.doctor is not None else ()

    check_device.__name__ = device.name
    return check_device


def _check_plugins(machine: Machine) -> Iterable[Finding]:
    """List the plug-ins, and those that cannot be used."""
    broken = problems()
    for problem in broken:
        yield Finding("plug-in", "problem", str(problem), "Repair or uninstall it; the rest works without it.")
    if not broken and (found := loaded()):
        yield Finding("plug-ins", "ok", ", ".join(found))


def run_check(check: Check, machine: Machine) -> list[Finding]:
    """Run one check; an exception in it becomes a finding, because the doctor has to survive what it examines."""
    try:
        return list(check(machine))
    except Exception as error:
        topic = getattr(check, "__name__", "check").removeprefix("check").strip("_").replace("_", " ")
        text = f"the check itself failed: {type(error).__name__}: {error}"
        return [Finding(topic, "problem", " ".join(text.split()), "Please report this.")]


def _begin(start: Callable[[], Check]) -> Check:
    """Start a check that runs in the background; an exception while starting becomes its finding."""
    try:
        return start()
    except Exception as error:
        failure = error

        def check_cloud_assets(machine: Machine) -> Iterable[Finding]:
            raise failure

        return check_cloud_assets


def format_findings(found: list[Finding], color: bool | None = None) -> str:
    """Format findings for a terminal, one line each.

    Args:
        found: What to show.
        color: Whether to colour the levels; by default if standard output is a terminal and NO_COLOR is not set.
    """
    if color is None:
        color = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    width = max((len(finding.topic) for finding in found), default=0)
    lines = []
    for finding in found:
        level = f"{finding.level:<7}"
        if color:
            level = f"{_COLORS[finding.level]}{level}{_PLAIN}"
        remedy = f"  -> {' '.join(finding.remedy.split())}" if finding.remedy else ""
        lines.append(f"{level}  {finding.topic:<{width}}  {' '.join(finding.text.split())}{remedy}")
    return "\n".join(lines)


def to_dicts(found: list[Finding]) -> list[dict[str, str]]:
    """Return findings as plain data."""
    return [asdict(finding) for finding in found]
