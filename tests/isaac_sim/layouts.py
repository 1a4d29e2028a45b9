# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Isaac Sim's folders as a user has them: the real kernel, real application files, empty extensions in their places.

`install` lays them out, `start` starts an application there as the user's own command does, and reports what came of
it. Two things differ between the layouts that a file must not rely on:

- In the binary Isaac Sim the native `kit/kit` embeds Python. Its `sys.executable` is whatever `python3` the search path
  holds, another Python than the one that runs; `sys.prefix` is Isaac Sim's `kit/python`.
- After `pip install isaacsim` the process is an ordinary Python, and Kit's token `${exe-path}` names the folder of
  that Python, not of Kit. `${kit}` names Kit's folder in both.

The kernel's wheel holds no `kit`, but `kit-gcov`, the same launcher made to be measured; it takes its place.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
from harness.kernel import find_kernel

HERE = Path(__file__).parent
DEVEXTS = HERE.parent / "kit" / "harness" / "devexts"

KINDS = ("binary", "pip")

_KERNEL = ("kernel", "extscore", "resources", "kit-gcov", "kit_app.py", "*.so", "*.so.*")
_LABS_PLACE = {
    "binary": "kit/python/lib/python3.12/site-packages/isaaclab/apps",
    "pip": "../isaaclab/apps",
}
"""Where Isaac Lab's application files lie, seen from Isaac Sim's folder."""

_PYTHON_SH = """\
#!/bin/sh
here=$(dirname "$0")
export CARB_APP_PATH="$here/kit" ISAAC_PATH="$here" EXP_PATH="$here/apps"
exec "$here/kit/python/bin/python3" "$@"
"""
"""What matters of the script that starts Python in a binary Isaac Sim."""

_VERSION_EXTENSION = '''\
"""Stands in for isaacsim.core.version 2.2.1 of Isaac Sim 6.2, whose rule this is: where it looks for the version."""
import os, carb.settings, carb.tokens
def get_version():
    folder = carb.settings.get_settings().get_as_string("/app/folder")
    folder = folder or carb.tokens.get_tokens_interface().resolve("${app}")
    path = os.path.join(os.environ.get("ISAAC_PATH", os.path.join(folder, "..")), "VERSION")
    return [open(path).readline().strip().split("-")[0]] if os.path.isfile(path) else [""]
'''


def lab_applications() -> Path:
    """Return the folder of Isaac Lab's application files, as it is installed."""
    return Path(find_spec("isaaclab").submodule_search_locations[0]) / "apps"


def dependencies(files: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Yield what applications or extensions depend on: names, and the version where one is asked for.

    Args:
        files: Application files, or extensions' `extension.toml`. Some are not TOML to the letter: tables come twice.
    """
    for file in files:
        within = False
        for line in file.read_text().splitlines():
            if line.startswith("["):
                within = line.startswith("[dependencies")
            elif within and (found := re.match(r'(?:"filter:platform"\."[\w-]+"\.)?"([\w.-]+)"\s*=\s*(\{.*)', line)):
                asked = re.search(r'version\s*=\s*"~?(\d[\d.]*)"', found[2])
                yield found[1], asked[1] if asked else ""


@dataclass(frozen=True)
class Installation:
    """An Isaac Sim on disk."""

    kind: str
    sim: Path
    """Its folder, which holds `kit`, `apps`, `exts` and the file VERSION."""

    @property
    def kit(self) -> Path:
        return self.sim / "kit"


def install(
    kind: str,
    folder: Path,
    parts: Path | None = None,
    lab: Path | None = None,
    real: Sequence[str] = ("isaacsim.core.version",),
) -> Installation:
    """Lay out an Isaac Sim with Isaac Lab in its Python.

    Args:
        kind: One of `KINDS`.
        folder: Where to; an empty folder.
        parts: What `wheels.pip_installation` returns, for its kernel, its application files and its
            extensions; by default the kernel of omniverse-kit and no application of Isaac Sim's.
        lab: Where Isaac Lab's application files go, relative to Isaac Sim's folder, if it is not in Isaac Sim's Python.
        real: The extensions of `parts` that are taken as they are; all others are empty.
    """
    source = parts / "isaacsim" if parts else None
    sim = folder / ("isaac-sim" if kind == "binary" else "site-packages/isaacsim")
    installation = Installation(kind, sim)
    installation.kit.mkdir(parents=True)
    kernel = source / "kit" if source else find_kernel()
    for pattern in _KERNEL:
        for path in kernel.glob(pattern):
            _link(path, installation.kit / path.name)
    if kind == "binary":
        _add_python(installation.kit)

    labs = sim / (lab or _LABS_PLACE[kind])
    _link(lab_applications(), labs)
    if source:
        _link(source / "apps", sim / "apps")
        for file in source.glob("*"):
            if file.is_file():
                _link(file, sim / file.name)
    else:
        (sim / "VERSION").write_text("6.2.0-rc.14+release.12345.0123abcd.gl\n")

    applications = [*labs.glob("*.kit"), *(sim / "apps").glob("*.kit")]
    whole = [path for name in real for path in (source.glob(f"exts*/{name}/config/extension.toml") if source else ())]
    named = {file.stem for file in applications}
    for name, version in dependencies([*applications, *whole]):
        if name not in named and not (installation.kit / "extscore" / name).exists():
            _add_extension(sim, name, version, source, name in real)
    if not source:
        module = sim / "exts" / "isaacsim.core.version" / "isaacsim" / "core" / "version"
        module.mkdir(parents=True)
        (module / "__init__.py").write_text(_VERSION_EXTENSION)
        with (sim / "exts" / "isaacsim.core.version" / "config" / "extension.toml").open("a") as file:
            file.write('[[python.module]]\nname = "isaacsim.core.version"\n')
    return installation


def start(
    installation: Installation,
    application: Path,
    arguments: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    settings: Sequence[str] = (),
    timeout: float = 90.0,
) -> dict:
    """Start an application, look around in it (`probe.py`), and quit.

    Args:
        installation: What `install` returned.
        application: The application file.
        arguments: Further words of Kit's command line.
        environment: Further environment variables.
        settings: Paths of settings to report.
        timeout: Seconds after which the process is killed and the test fails.

    Returns:
        What `probe.py` has seen; `code`, the process's exit status; `log`, what Kit has logged; `errors`, the errors
        among that.
    """
    root = installation.sim.parent / "portable"
    root.mkdir(exist_ok=True)
    report = root / "report.json"
    report.unlink(missing_ok=True)
    # A log is written where nothing else is, and is not appended to.
    log = root / "kit.log"
    log.unlink(missing_ok=True)
    words = [
        *("--allow-root", "--no-window", "--/app/extensions/registryEnabled=0", "--/app/fastShutdown=true"),
        *("--/crashreporter/enabled=0", "--/telemetry/enableAnonymousData=0"),
        *("--portable-root", str(root), f"--/log/file={log}", "--ext-folder", str(DEVEXTS)),
        *("--exec", f"{HERE / 'probe.py'} {' '.join([str(report), *settings])}"),
        *arguments,
    ]
    if installation.kind == "binary":
        command = [str(installation.kit / "kit"), str(application), *words]
    else:
        command = [sys.executable, str(HERE / "pip_start.py"), str(installation.sim), str(application), *words]
    inherited = {name: value for name, value in os.environ.items() if name not in ("ISAAC_PATH", "CARB_APP_PATH")}
    process = subprocess.run(
        command,
        env=inherited | {"OMNI_KIT_ACCEPT_EULA": "YES"} | dict(environment or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=timeout,
    )
    text = log.read_text(errors="replace") if log.exists() else ""
    seen = json.loads(report.read_text()) if report.exists() else {}
    errors = [line for line in text.splitlines() if re.search(r"\[(Error|Fatal)\]", line)]
    return {"code": process.returncode, "output": process.stdout, "log": text, "errors": errors, **seen}


def _add_extension(sim: Path, name: str, version: str, source: Path | None, real: bool) -> None:
    folder = "exts" if name.startswith("isaacsim.") else "extscache"
    for candidate in ("exts", "extsDeprecated"):
        if source and (source / candidate / name).is_dir():
            folder = candidate
    target = sim / folder / name
    if target.exists():
        return
    if source and real:
        _link(source / folder / name, target)
        return
    numbers = [*(version or "1").split("."), "0", "0"][:3]
    (target / "config").mkdir(parents=True)
    (target / "config" / "extension.toml").write_text(f'[package]\nversion = "{".".join(numbers)}"\n')


def _add_python(kit: Path) -> None:
    """Put the native `kit` in its place, and a Python for it: this one's base, with the packages of this one."""
    library = Path(sysconfig.get_config_var("LIBDIR") or "", sysconfig.get_config_var("INSTSONAME") or "")
    if not (sysconfig.get_config_var("Py_ENABLE_SHARED") and library.is_file()):
        pytest.skip("this Python has no shared library for a native Kit to load")
    shutil.copy2(kit / "kit-gcov", kit / "kit")
    # The kernel's own libpython is a later 3.12, and does not fit this standard library's compiled modules.
    for name in ("libpython3.12.so", "libpython3.12.so.1.0"):
        (kit / "kernel" / "plugins" / name).unlink()
        shutil.copy2(library, kit / "kernel" / "plugins" / name)
    standard = kit / "python" / "lib" / "python3.12"
    packages = standard / "site-packages"
    packages.mkdir(parents=True)
    for entry in Path(sysconfig.get_path("stdlib")).iterdir():
        if entry.name != "site-packages":
            (standard / entry.name).symlink_to(entry)
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        # Our own packages come with the extensions, and Isaac Lab's folder gets application files below.
        if entry.name != "isaaclab" and not entry.name.startswith(("isaaclab_mimic_kit", "_isaaclab_mimic_kit")):
            (packages / entry.name).symlink_to(entry)
    _link(Path(sys.base_prefix) / "bin" / "python3.12", kit / "python" / "bin" / "python3")
    (kit.parent / "python.sh").write_text(_PYTHON_SH)
    (kit.parent / "python.sh").chmod(0o755)
    (packages / "isaaclab").mkdir()
    for entry in lab_applications().parent.iterdir():
        if entry.name != "apps":
            (packages / "isaaclab" / entry.name).symlink_to(entry)


def _link(source: Path, target: Path) -> None:
    """Make a file, or a folder with all in it, appear in another place: hard links where the disk allows."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, copy_function=_link_file)
    else:
        _link_file(source, target)


def _link_file(source: Path | str, target: Path | str) -> None:
    try:
        os.link(os.path.realpath(source), target)
    except OSError:
        shutil.copy2(source, target)
