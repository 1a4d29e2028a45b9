# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Ways to install without a registry: a git clone, the Python package."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from harness import in_kit
from mimic_window import open_window
from waiting import LONG

ROOT = Path(__file__).parents[2]
CORE, UI = "isaaclab.mimic.core", "isaaclab.mimic.ui"
OURS = ["isaaclab_mimic_kit", "_isaaclab_mimic_kit"]


def check_place(kit, picture: Path, folder: Path) -> None:
    """See to it that the window opens, and that every module of ours comes from one folder."""
    kit.enable(UI)
    assert open_window(kit).visible
    kit.screenshot(picture)
    files = {name: Path(module.__file__) for name, module in sys.modules.items() if name.startswith("isaaclab_mimic_")}
    assert len(files) > 20
    assert not {name: file for name, file in files.items() if not file.is_relative_to(folder)}


@pytest.fixture(scope="module")
def cloned(tmp_path_factory) -> Path:
    """What Kit fetches for a search path `git+...?branch=B&dir=exts`: a clone."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git repository")
    folder = tmp_path_factory.mktemp("git") / "clone"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT.as_uri(), folder], check=True, timeout=LONG)
    return folder


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    """The wheel, unpacked as pip does."""
    folder = tmp_path_factory.mktemp("wheel")
    # The launcher found or fetched uv, which builds in an environment of its own.
    uv = ["uv"] if shutil.which("uv") else [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT], check=True, timeout=LONG)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        file.extractall(folder / "site-packages")
    return folder / "site-packages"


@in_kit(enable=["omni.ui"], ext_folders=["{cloned}/exts"], without=OURS)
def test_a_clone_is_a_search_path(kit, tmp_path, cloned):
    check_place(kit, tmp_path / "clone.png", cloned / "exts")


@in_kit(enable=["omni.ui"], ext_folders=["{unpacked}/isaaclab_mimic_kit/exts"], without=OURS)
def test_the_python_package_is_a_search_path(kit, tmp_path, unpacked):
    check_place(kit, tmp_path / "wheel.png", unpacked / "isaaclab_mimic_kit" / "exts")


@pytest.mark.kit
def test_the_python_package_is_complete(unpacked):
    package = unpacked / "isaaclab_mimic_kit"
    for path in ("LICENSE", "config/isaaclab.mimic.kit", "data/franka_stack/demos.hdf5"):
        assert (package / path).is_file(), path
    assert (unpacked / "isaaclab_mimic_kit.pth").is_file()
    # The command's own view of the same: no file of the checkout is needed.
    code = "from isaaclab_mimic_core.sample import SAMPLE; print(SAMPLE)"
    assert sys.prefix not in str(package)
    answer = subprocess.run(
        [sys.executable, "-c", f"import site; site.addsitedir({str(unpacked)!r}); import sys; "
         f"sys.path = [p for p in sys.path if {str(ROOT / 'exts')!r} not in p]; {code}"],
        capture_output=True, text=True, cwd=unpacked, timeout=LONG,
    )  # fmt: skip
    assert Path(answer.stdout.strip()) == package / "data" / "franka_stack" / "demos.hdf5", answer.stderr
