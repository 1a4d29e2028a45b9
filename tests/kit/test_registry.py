# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A registry: `mimic package` publishes to it; a Kit with nothing else of ours installs, upgrades and uninstalls."""

import json
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
PACKAGES = {CORE: "isaaclab_mimic_core", UI: "isaaclab_mimic_ui"}

APP = """\
[package]
title = "An application that knows a registry"
version = "0.1.0"

[dependencies]
"omni.kit.registry.nucleus" = {{}}

[settings.exts."omni.kit.registry.nucleus"]
registries = [{{ name = "local", url = "{folder}/registry" }}]
cachePath = "{folder}/cache"

[settings.app.extensions]
registryCache = "{folder}/installed"
"""


def package(*arguments) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "isaaclab_mimic_core", "package", "--json", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=LONG)


def archives(answer: subprocess.CompletedProcess) -> dict[str, Path]:
    assert answer.returncode == 0, answer.stderr
    return {Path(path).parent.name: Path(path) for path in json.loads(answer.stdout)["archives"]}


@pytest.fixture(scope="module")
def next_version(tmp_path_factory) -> Path:
    """Both extensions, one version on."""
    exts = tmp_path_factory.mktemp("next") / "exts"
    for name in PACKAGES:
        shutil.copytree(ROOT / "exts" / name, exts / name, ignore=shutil.ignore_patterns("__pycache__"))
        config = exts / name / "config" / "extension.toml"
        config.write_text(config.read_text().replace('version = "0.1.0"', 'version = "0.1.1"', 1))
        changelog = exts / name / "docs" / "CHANGELOG.md"
        changelog.write_text(
            changelog.read_text().replace("## [0.1.0]", "## [0.1.1] - 2027-01-01\n\nNothing new.\n\n## [0.1.0]", 1)
        )
    return exts


@pytest.fixture(scope="module")
def folder(tmp_path_factory, next_version) -> Path:
    """`registry` holds 0.1.0, `later` is the same registry after 0.1.1 was published, `app.kit` knows the first."""
    folder = tmp_path_factory.mktemp("published")
    archives(package("--output", folder / "registry"))
    shutil.copytree(folder / "registry", folder / "later")
    archives(package("--output", folder / "later", "--ext-folder", next_version))
    (folder / "app.kit").write_text(APP.format(folder=folder))
    return folder


@pytest.mark.kit
def test_archives_hold_the_extensions_whole(folder):
    for name, python in PACKAGES.items():
        source = ROOT / "exts" / name
        expected = {
            str(file.relative_to(source))
            for file in source.rglob("*")
            if file.is_file() and "__pycache__" not in file.parts and file.name != "premake5.lua"
        }
        expected.add("PACKAGE-LICENSES/isaaclab-mimic-kit-LICENSE")
        if name == CORE:
            samples = ("franka_stack", "gr1t2_pick_place", "gr1t2_nut_pour", "gr1t2_exhaust_pipe")
            expected |= {f"data/{sample}/demos.hdf5" for sample in samples}
        (archive,) = (folder / "registry").glob(f"v*/archives/{name}/*.zip")
        assert archive.name == f"{name}-0.1.0+cp312.zip"
        with zipfile.ZipFile(archive) as file:
            held = {entry for entry in file.namelist() if not entry.endswith("/")}
            assert held - {"config/extension.gen.toml"} == expected
            assert file.read(f"{python}/__init__.py") == (source / python / "__init__.py").read_bytes()


@pytest.mark.kit
def test_a_version_is_published_once(folder):
    before = {path: path.read_bytes() for path in (folder / "later").rglob("*") if path.is_file()}
    answer = package("--output", folder / "later")
    assert answer.returncode == 2
    assert "has isaaclab.mimic.core-0.1.0 already" in answer.stderr and "--overwrite" in answer.stderr
    assert {path: path.read_bytes() for path in (folder / "later").rglob("*") if path.is_file()} == before
    assert set(archives(package("--output", folder / "later", "--overwrite"))) == {CORE, UI}


@pytest.mark.kit
def test_of_two_extensions_none_is_published_alone(next_version, tmp_path):
    shutil.copytree(next_version, tmp_path / "exts")
    config = tmp_path / "exts" / UI / "config" / "extension.toml"
    config.write_text(config.read_text().replace('changelog = "docs/CHANGELOG.md"\n', ""))
    answer = package("--output", tmp_path / "registry", "--ext-folder", tmp_path / "exts")
    assert answer.returncode == 2 and "package/changelog" in answer.stderr, answer.stderr
    assert not list((tmp_path / "registry").rglob("*.zip"))


@in_kit(
    app_file="{folder}/app.kit",
    settings=["/app/extensions/registryEnabled=1"],
    enable=["omni.ui"],
    ext_folders=(),
    without=["isaaclab_mimic_kit", "_isaaclab_mimic_kit"],
)
def test_kit_installs_upgrades_and_uninstalls(kit, tmp_path, folder):
    from importlib import import_module, util

    manager = kit.extensions
    assert not any(util.find_spec(package) for package in PACKAGES.values()), "there would be nothing to install"
    assert manager.sync_registry()
    offered = [extension["id"] for extension in manager.get_registry_extensions()]
    assert sorted(offered) == [f"{CORE}-0.1.0", f"{UI}-0.1.0"], offered

    def started(version):
        # The window's extension alone is asked for; it brings the other.
        kit.enable(f"{UI}-{version}")
        for name, package in PACKAGES.items():
            assert manager.get_enabled_extension_id(name) == f"{name}-{version}"
            place = Path(import_module(package).__file__)
            assert place.is_relative_to(folder / "installed"), place
        core = import_module(PACKAGES[CORE])
        assert core.__version__ == version, (core.__file__, [p for p in sys.path if "mimic" in p])
        window = open_window(kit)
        assert window.visible
        kit.screenshot(tmp_path / f"{version}.png")
        kit.disable(UI)
        kit.disable(CORE)

    started("0.1.0")
    shutil.copytree(folder / "later", folder / "registry", dirs_exist_ok=True)
    # A running Kit asks a registry only once.
    kit.disable("omni.kit.registry.nucleus")
    kit.enable("omni.kit.registry.nucleus")
    assert manager.sync_registry()
    assert f"{UI}-0.1.1" in [extension["id"] for extension in manager.get_registry_extensions()]
    started("0.1.1")
    for version in ("0.1.0", "0.1.1"):
        for name in PACKAGES:
            assert manager.uninstall_extension(f"{name}-{version}")
    # Kit empties the folders and leaves them.
    installed = list((folder / "installed").glob("*/isaaclab*"))
    assert installed and not [entry for entry in installed if any(entry.iterdir())]
