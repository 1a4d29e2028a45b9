# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Running the body of a test inside Kit, in a process of its own.

Kit can be started once per process, and native code that goes wrong takes the process with it: neither may happen to
pytest.
"""

import ctypes
import functools
import inspect
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from waiting import LONG

from .app import EXTS, MESA_PAINTS_NOT

_TESTS = Path(__file__).parents[2]
_NEEDS_SCREEN = {"omni.ui", "omni.ui.scene", "isaaclab.mimic.ui"}
_PACKAGES = "libglfw3 libvulkan1 mesa-vulkan-drivers"
_DRIVER_FOLDERS = ("/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d")

PASSED = "passed"
"""File in a test's folder that says that its body got to its end."""


def in_kit(
    enable: Sequence[str] = (),
    settings: Sequence[str] = (),
    without: Sequence[str] = (),
    paints: bool = False,
    timeout: float = LONG,
    allow_errors: bool = False,
    app_file: Path | str | None = None,
    ext_folders: Sequence[Path | str] = (EXTS,),
    portable: Path | str | None = None,
):
    """Make a test of a function `(kit, tmp_path)`: pytest starts a process that boots Kit and calls it there.

    Further parameters are pytest fixtures whose values are paths.

    Args:
        enable: Extensions to enable before the body runs.
        settings: Settings of this Kit, as `/path=value`; `{name}` stands for the value of a fixture.
        without: Beginnings of the names of packages that are not there.
        paints: Whether the test looks at pixels. Filling them is nine tenths of a frame's work.
        timeout: Seconds after which the process is killed and the test fails: only what hangs reaches them.
        allow_errors: Whether Kit's log may hold errors.
        app_file: The application to start, an empty one by default; may hold `{name}` like the settings.
        ext_folders: Where extensions are looked for, beside the development stand-ins; likewise.
        portable: Where this Kit keeps what outlasts it, by default nothing; likewise.
    """

    def decorate(body: Callable) -> Callable:
        fixtures = list(inspect.signature(body).parameters)[1:]

        @pytest.mark.kit
        def test(**paths):
            if _NEEDS_SCREEN.intersection(enable) and (missing := _missing_for_a_screen()):
                pytest.skip(f"omni.ui cannot paint without {missing} (Debian: {_PACKAGES})")
            _run_elsewhere(body, [paths[name] for name in fixtures], without, paints, timeout)

        functools.update_wrapper(test, body)
        # pytest reads the signature through `__wrapped__`, and would ask for a fixture `kit`.
        del test.__wrapped__
        test.__signature__ = inspect.Signature(
            [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in fixtures]
        )
        test.kit_body = body
        test.kit_arguments = {
            "enable": enable,
            "settings": settings,
            "allow_errors": allow_errors,
            "app_file": app_file,
            "ext_folders": ext_folders,
            "portable": portable,
        }
        return test

    return decorate


@functools.cache
def _missing_for_a_screen() -> str:
    """Name what ovui needs of the operating system and does not find; empty if all is there."""
    for library in ("libglfw.so.3", "libvulkan.so.1"):
        try:
            ctypes.CDLL(library)
        except OSError:
            return library
    drivers = os.environ.get("VK_ICD_FILENAMES") or any(
        file for folder in _DRIVER_FOLDERS for file in Path(folder).glob("*.json")
    )
    return "" if drivers else "a Vulkan driver"


def _run_elsewhere(body: Callable, paths: Sequence[Path], without: Sequence[str], paints: bool, timeout: float) -> None:
    folder = paths[0]
    command = [sys.executable, "-X", "faulthandler"]
    search_path = [str(_TESTS / each) for each in ("kit", "unit/stages", "sim", "tutorial", "isaac_sim")]
    if without:
        command.append("-S")
        search_path.append(str(_packages_without(without, folder / "packages")))
    else:
        search_path.append(os.environ.get("PYTHONPATH", ""))
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(entry for entry in search_path if entry),
        "OMNI_KIT_ACCEPT_EULA": "YES",
    }
    if not paints and not os.environ.get("MIMIC_TEST_PICTURES"):
        environment[MESA_PAINTS_NOT] = "1"
    log = folder / "output.txt"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "-m", "harness", inspect.getfile(body), body.__name__, *map(str, paths)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
        )
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            code = f"none: it was killed after {timeout} s"
        finally:
            process.kill()
            process.wait()
    # With /app/fastShutdown Kit ends the process with 0, whatever has happened before.
    if code == 0 and not (folder / PASSED).is_file():
        code = "0, and no end,"
    if code != 0:
        text = log.read_text(errors="replace")[-20000:]
        pytest.fail(f"exit code {code} of {body.__name__} in Kit:\n{text}", pytrace=False)


def _packages_without(beginnings: Sequence[str], folder: Path) -> Path:
    """Make a folder that holds links to all installed packages but some."""
    folder.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith(tuple(beginnings)):
            (folder / entry.name).symlink_to(entry)
    return folder
