# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One table says which packages are needed for what, and it agrees with pyproject.toml and Isaac Lab's wheel."""

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from isaaclab_mimic_core import requirements
from isaaclab_mimic_core.errors import OptionError, PlatformError
from isaaclab_mimic_core.requirements import (
    PACKAGES,
    explain,
    how_to_get,
    how_to_install,
    how_to_reinstall,
    lacking,
    require,
)
from isaaclab_mimic_core.sim.engines import automatic_engine, choice, choose_engine
from isaaclab_mimic_ui.running.readiness import find_shortage

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
BY_NAME = {package.name: package for package in PACKAGES}


def brought_by(name: str, *extras: str) -> set[str]:
    """Return what an installation of a distribution brings, by the metadata of what is installed here.

    Distributions that are not installed here end the search: of `isaaclab[isaacsim]` that is Isaac Sim itself, whose
    wheels (6.2.0.0) ask for none of the packages that are looked for below.
    """
    found: set[str] = set()
    waiting, seen = [(name, frozenset(extras))], set()
    while waiting:
        here = waiting.pop()
        if here in seen:
            continue
        seen.add(here)
        name, wanted = here
        found.add(canonicalize_name(name))
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        for each in map(Requirement, needs):
            if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in (*wanted, "")):
                waiting.append((each.name, frozenset(each.extras)))
    return found


@pytest.fixture(scope="module")
def isaaclab_isaacsim() -> set[str]:
    return brought_by("isaaclab", "isaacsim")


@pytest.fixture
def only(monkeypatch):
    """Pretend that only these distributions are installed."""
    return lambda names: monkeypatch.setattr(requirements, "is_there", lambda package: package.name in names)


@pytest.fixture
def users_python(monkeypatch):
    """The Python of somebody who has not used our launcher."""
    monkeypatch.setattr(requirements, "_made_by_our_launcher", lambda: False)
    monkeypatch.setenv("ISAACLAB_MIMIC_PYTHON", sys.executable)


def test_the_table_agrees_with_pyproject():
    ours = {canonicalize_name(Requirement(each).name): each for each in PROJECT["dependencies"]}
    extras = {
        canonicalize_name(Requirement(each).name): (each, extra)
        for extra, needs in PROJECT["optional-dependencies"].items()
        for each in needs
    }
    brought = brought_by("isaaclab")
    for package in PACKAGES:
        if package.requirement.startswith("isaaclab=="):
            assert package.name in brought and package.requirement == ours["isaaclab"]
        elif package.extra:
            assert extras[package.name] == (package.requirement, package.extra)
        else:
            assert ours[canonicalize_name(package.name)] == package.requirement
    # And nothing of pyproject is missing in it, but what another package in it brings along.
    listed = {*BY_NAME, *(Requirement(each).name for package in PACKAGES for each in package.alone or ())}
    assert set(ours) <= {canonicalize_name(each) for each in listed}


def test_every_package_is_found_by_the_module_that_is_looked_for():
    names = metadata.packages_distributions()
    for package in PACKAGES:
        if package.module:
            assert package.name in map(canonicalize_name, names.get(package.module, [package.name])), package
    assert not [package.name for package in lacking() if package.extra == ""]


def test_isaac_labs_own_installation_lacks_this(isaaclab_isaacsim):
    """The contents of `isaaclab[isaacsim]==3.0.0`: when they change, the documents have to."""
    missing = {package.name for package in PACKAGES if package.name not in isaaclab_isaacsim}
    assert missing == {
        "ovphysx", "ovstage", "tyro", "docstring-parser", "isaacsim-asset-isolated", "viser", "imageio-ffmpeg",
        "pyspacemouse", "robomimic", "rerun-sdk", "ray", "isaacteleop", "ovui", "omniverse-kit",
        "fourier-robot-descriptions", "holosoma", "holosoma-inference",
    }  # fmt: skip


def test_the_document_lists_the_same(isaaclab_isaacsim):
    text = (ROOT / "docs" / "install.md").read_text()
    for package in PACKAGES:
        if package.name not in isaaclab_isaacsim and package.name not in ("omniverse-kit",):
            for requirement in (package.requirement, *(package.alone or ())):
                assert requirement in text, requirement


def test_readiness_with_isaac_labs_own_installation(isaaclab_isaacsim, only, users_python, monkeypatch):
    only(isaaclab_isaacsim)
    monkeypatch.setattr(choice, "isaac_sim_is_here", lambda: True)
    for stage in ("record", "annotate", "generate", "replay", "view"):
        shortage = find_shortage(stage)
        assert not shortage.prevents and "starts a second Isaac Sim" in shortage.text
        assert shortage.command.split(" -m pip install ")[1] == "ovphysx==0.6.4.72118723 ovstage==0.2.1.385922"
    for stage in ("train", "evaluate", "play"):
        shortage = find_shortage(stage)
        assert shortage.prevents and shortage.text.startswith("robomimic is not installed")
        assert shortage.command == f"{sys.executable} -m pip install robomimic==0.3.0"
    assert "tyro and docstring-parser are not installed" in find_shortage("").text
    # A process of its own takes the Isaac Sim that is there.
    assert automatic_engine() == choose_engine("auto") == choose_engine("isaacsim") == "isaacsim"
    with pytest.raises(PlatformError, match="ovphysx and ovstage are not installed"):
        choose_engine("ovphysx")


def test_without_physx_and_isaac_sim_nothing_is_simulated(isaaclab_isaacsim, only, users_python):
    only(isaaclab_isaacsim)
    shortage = find_shortage("generate")
    assert shortage.prevents and "needed for physics without Isaac Sim" in shortage.text
    with pytest.raises(PlatformError, match="ovphysx and ovstage are not installed, needed for physics"):
        choose_engine("auto")
    with pytest.raises(OptionError, match="not a physics engine"):
        choose_engine("bullet")


def test_the_importer_is_installed_without_changing_isaac_lab(isaaclab_isaacsim):
    """pip refuses it with its dependencies: it asks for other releases than Isaac Lab of USD and Newton's schemas."""
    importer = BY_NAME["isaacsim-asset-isolated"]
    command = how_to_install([importer], "python")
    assert command.startswith("python -m pip install --no-deps isaacsim-asset-isolated==6.2.0.0 ")
    installed = dict(word.split("==") for word in command.split() if "==" in word)
    assert set(installed) == brought_by("isaacsim-asset-isolated") - isaaclab_isaacsim
    assert installed == {name: metadata.version(name) for name in installed}, "other versions than were tested"


def test_commands_for_several_kinds_of_python(monkeypatch, tmp_path):
    wanted = [BY_NAME["viser"], BY_NAME["robomimic"], BY_NAME["isaacsim-asset-isolated"]]
    together, alone = how_to_install(wanted, "/sim/python.sh").split(" && ")
    assert together == "/sim/python.sh -m pip install viser==1.1.1 robomimic==0.3.0"
    assert alone.startswith("/sim/python.sh -m pip install --no-deps isaacsim-asset-isolated==")
    # Brackets and blanks mean something to a shell.
    headset = how_to_install([BY_NAME["isaacteleop"]], "/isaac sim/python.sh")
    assert headset == "'/isaac sim/python.sh' -m pip install 'isaacteleop[cloudxr,retargeters-lite]==1.4.145'"
    monkeypatch.setattr(requirements, "_made_by_our_launcher", lambda: True)
    assert how_to_install(wanted) == "./mimic.sh setup learning"
    assert how_to_get(requirements.XR) == "./mimic.sh setup xr"
    assert how_to_get(requirements.BROWSER_VIEW) == "./mimic.sh setup"


def test_a_package_without_a_stated_licence_comes_by_its_own_name_alone(users_python, monkeypatch):
    description, policy = (how_to_get(purpose) for purpose in (requirements.G1, requirements.WALKING))
    assert "--no-deps holosoma==0.0.3" in description and "inference" not in description
    assert "--no-deps holosoma-inference==0.1.3" in policy and "holosoma==" not in policy
    monkeypatch.setattr(requirements, "_made_by_our_launcher", lambda: True)
    assert how_to_get(requirements.G1) == "./mimic.sh setup g1"
    assert how_to_install([BY_NAME["holosoma-inference"]]) == "./mimic.sh setup g1-walking"
    # No other extra brings it.
    extras = {name: " ".join(needs) for name, needs in PROJECT["optional-dependencies"].items()}
    assert [name for name, needs in extras.items() if "inference" in needs or "g1-walking" in needs] == ["g1-walking"]


def test_what_is_damaged_is_installed_anew(users_python, monkeypatch):
    found = [how_to_reinstall(name) for name in ("holosoma-inference", "fourier-robot-descriptions")]
    assert [words.split(" -m pip install ")[1] for words in found] == [
        "--no-deps --force-reinstall holosoma-inference==0.1.3",
        "--no-deps --force-reinstall fourier-robot-descriptions==0.2.7",
    ]
    monkeypatch.setattr(requirements, "_made_by_our_launcher", lambda: True)
    words = "./mimic.sh setup g1-walking --reinstall-package holosoma-inference"
    assert how_to_reinstall("holosoma-inference") == words


def test_a_failed_import_is_explained_by_the_table(only):
    only(set(BY_NAME) - {"tyro", "rich", "docstring-parser"})
    error = explain(ModuleNotFoundError("No module named 'tyro'", name="tyro"))
    assert str(error).startswith("tyro, rich and docstring-parser are not installed, needed for the command line")
    assert explain(ModuleNotFoundError(name="rich.console")).what == error.what
    assert explain(ModuleNotFoundError(name="isaaclab.missing")) is None, "a defect, not a missing package"
    only(set(BY_NAME) - {"pin"})
    error = explain(ModuleNotFoundError(name="pinocchio"))
    assert "mimic convert, and the inverse kinematics of humanoids" in str(error)
    with pytest.raises(PlatformError, match="--viz viser: viser is not installed"):
        only(set())
        require(requirements.BROWSER_VIEW, where="--viz viser")


@pytest.mark.parametrize("arguments", [["generate"], ["check", "demos.hdf5", "--json"]])
def test_the_command_line_says_what_it_lacks(arguments):
    """-S: no installed packages at all, so neither tyro."""
    environment = {"PYTHONPATH": str(ROOT / "exts" / "isaaclab.mimic.core"), "PATH": ""}
    command = [sys.executable, "-S", "-m", "isaaclab_mimic_core", *arguments]
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.returncode == 2
    assert re.fullmatch(r"mimic: tyro, rich and docstring-parser are not installed.*\n  .+\n", result.stderr)
    assert ('"StageFailed"' in result.stdout) == ("--json" in arguments)
