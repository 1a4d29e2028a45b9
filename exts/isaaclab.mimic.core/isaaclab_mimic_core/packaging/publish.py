# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Publish the extensions into a folder that Kit can use as an extension registry.

Kit's own kernel verifies each extension, writes the archives and keeps the index. This module prepares the files that
go into the archives.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from ..doctor.machine import Machine
from ..errors import InputFileError, OutputError, PlatformError
from ..interpreter import child_environment, find_interpreter
from ..requirements import PACKAGING, how_to_get

_EXTENSIONS = ("isaaclab.mimic.core", "isaaclab.mimic.ui")
_HERE = Path(__file__).parents[3]
"""The folder of this installation's extensions: a checkout's or a wheel's `exts`, or Kit's cache."""

_NOT_SHIPPED = ("__pycache__", "*.pyc", "premake5.lua", "PACKAGE-LICENSES")
_LICENCE = "PACKAGE-LICENSES/isaaclab-mimic-kit-LICENSE"
_SAMPLES = tuple(
    f"data/{folder}/demos.hdf5"
    for folder in ("franka_stack", "gr1t2_pick_place", "gr1t2_nut_pour", "gr1t2_exhaust_pipe")
)

# JSON strings are valid TOML strings.
_KIT_FILE = """\
[package]
title = "Publisher of the Mimic extensions"
version = "0.1.0"

[dependencies]
"omni.kit.registry.nucleus" = {{}}

[settings.exts."omni.kit.registry.nucleus"]
registries = [{{ name = "local", url = {url} }}]
# Kit caches the contents of a registry by its address; the folder may have been emptied since.
cachePath = {cache}

[settings.app.extensions]
registryEnabled = true
registryPublishDefault = "local"
"""

_SECONDS = 300


@dataclass(frozen=True)
class PackageOptions:
    """Make the archives of both extensions, in a folder that Kit installs them from.

    mimic package --output registry
    """

    output: str = "registry"
    """Folder of the extension registry; versions it holds already stay in it."""
    ext_folder: str = ""
    """Folder with the extensions to publish; empty: those that this command belongs to."""
    overwrite: bool = False
    """Replace this version if the registry has it already."""


def publish(options: PackageOptions) -> list[Path]:
    """Publish both extensions and return their archives.

    Raises:
        InputFileError: An extension is missing, or does not pass Kit's verification.
        OutputError: The folder cannot be written to, or holds this version already.
        PlatformError: The Kit kernel is not installed, its licence not accepted, or it does not start.
    """
    kernel = _find_kernel()
    if not Machine.here().licence_accepted:
        raise PlatformError(
            "NVIDIA's licence for Kit, which makes the archives, was not accepted yet",
            remedy="`mimic doctor` says where to read it and how to accept it.",
        )
    source = Path(options.ext_folder).expanduser() if options.ext_folder else _HERE
    output = Path(options.output).expanduser().resolve()
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"the folder cannot be made: {error.strerror}", where=str(output)) from None
    with tempfile.TemporaryDirectory(prefix="mimic_package_") as folder:
        staged = Path(folder, "exts")
        for name in _EXTENSIONS:
            _stage(source, name, staged)
            if not options.overwrite:
                _refuse_to_replace(output, staged / name)
        # First into a temporary registry, so that the two extensions are published together or not at all.
        trial = Path(folder, "trial")
        trial.mkdir()
        _run_kit(kernel, Path(folder), staged, trial)
        published = _run_kit(kernel, Path(folder), staged, output)
    # The registry may hold other extensions.
    return [archive for name in published for archive in output.glob(f"v*/archives/*/{name}.zip")]


def _find_kernel() -> Path:
    """Return the folder of the installed Kit kernel."""
    for entry in sys.path:
        if Path(entry, "omni", "kit_app.py").is_file():
            return Path(entry, "omni")
    raise PlatformError(
        "the Kit kernel, which makes the archives, is not installed",
        remedy=how_to_get(PACKAGING),
    )


def _stage(source: Path, name: str, staged: Path) -> None:
    """Copy the files of an extension's archive, with the licence and, for the core, the sample demonstrations."""
    # In a registry's cache an extension's folder carries its version.
    folder = next((f for f in (source / name, *sorted(source.glob(f"{name}-*"))) if f.is_dir()), None)
    if folder is None or not (folder / "config" / "extension.toml").is_file():
        raise InputFileError(f"holds no extension {name}", where=str(source), remedy="Name the folder that holds both.")
    target = staged / name
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns(*_NOT_SHIPPED))
    root = source.parent
    for kept, here in (
        (folder / _LICENCE, _LICENCE),
        (root / "LICENSE", _LICENCE),
        *((root / sample, sample) for sample in _SAMPLES if name == _EXTENSIONS[0]),
    ):
        if here and kept.is_file():
            (target / here).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(kept, target / here)


def _refuse_to_replace(output: Path, extension: Path) -> None:
    """Refuse to replace a version that is there; Kit itself refuses only for the newest version."""
    version = tomllib.loads((extension / "config" / "extension.toml").read_text())["package"]["version"]
    if any(output.glob(f"v*/archives/{extension.name}/{extension.name}-{version}[+.]*zip")):
        raise OutputError(
            f"the registry has {extension.name}-{version} already",
            where=str(output),
            remedy="Raise the version in config/extension.toml, or replace it: --overwrite",
        )


def _run_kit(kernel: Path, folder: Path, staged: Path, output: Path) -> list[str]:
    """Let Kit publish the staged extensions; return their identifiers."""
    kit_file = folder / "publish.kit"
    kit_file.write_text(_KIT_FILE.format(url=json.dumps(str(output)), cache=json.dumps(str(folder / "cache"))))
    log = folder / "kit.log"
    log.unlink(missing_ok=True)
    python = find_interpreter()
    command = [python, "-I", "-S", str(Path(__file__).with_name("run_kit.py")), str(kernel), str(kit_file)]
    command += ["--allow-root", "--no-window", "--/crashreporter/enabled=0", "--/app/fastShutdown=false"]
    command += ["--/telemetry/enableAnonymousData=0", "--portable-root", str(folder), f"--/log/file={log}"]
    command += ["--ext-folder", str(staged), "--publish-overwrite"]
    for name in _EXTENSIONS:
        command += ["--publish", name]
    try:
        run = subprocess.run(
            command,
            env=child_environment(python),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise PlatformError(f"Kit did not end within {_SECONDS} s", where=str(kernel)) from None
    text = log.read_text(errors="replace") if log.is_file() else ""
    published = re.findall(r"Extension: `([^`]+)` was published", text)
    if run.returncode or len(set(published)) != len(_EXTENSIONS):
        _explain(text, run.stderr)
    return published


def _explain(log: str, stderr: str) -> NoReturn:
    """Raise what Kit's log says."""
    told = [line.partition("[Error]")[2].strip() for line in log.splitlines() if "[Error]" in line]
    if any("publish" in line for line in told):
        raise InputFileError(f"Kit does not publish this:\n  {told[0]}")
    last = told[-1] if told else (stderr.strip().splitlines() or ["it ended without a word"])[-1]
    raise PlatformError(f"Kit failed: {last}", remedy="`mimic doctor` says what is missing here.")
