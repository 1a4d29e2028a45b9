# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A robot is converted where Isaac Sim's own package `isaacsim` hides that of the importer."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import isaaclab_mimic_core
from isaaclab_mimic_core.errors import PlatformError
from isaaclab_mimic_core.interpreter import child_environment
from isaaclab_mimic_core.robots.franka import description
from isaaclab_mimic_core.robots.franka import usd as franka
from isaaclab_mimic_core.sim.assets import cache

REGULAR = "raise SystemExit('the regular isaacsim package was imported')\n"
MASS = '<inertial><mass value="1"/><inertia ixx="1" iyy="1" izz="1" ixy="0" ixz="0" iyz="0"/></inertial>'
URDF = f"""\
<robot name="arm">
  <link name="base">{MASS}</link>
  <link name="tip">{MASS}</link>
  <joint name="turn" type="revolute">
    <parent link="base"/><child link="tip"/><axis xyz="0 0 1"/>
    <limit lower="-1" upper="1" effort="5" velocity="1"/>
  </joint>
</robot>
"""


@pytest.fixture
def binary(tmp_path) -> dict[str, str]:
    """The environment of a process in a binary Isaac Sim: its own package comes first on the path."""
    package = tmp_path / "python_packages" / "isaacsim"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(REGULAR)
    return child_environment(sys.executable, environment=os.environ | {"PYTHONPATH": str(package.parent)})


@pytest.fixture
def from_pip(tmp_path) -> dict[str, str]:
    """The environment of a process where Isaac Sim came from pip: both packages lie in one folder."""
    installed = Path(sysconfig.get_path("purelib"))
    folder = tmp_path / "site-packages" / "isaacsim"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(REGULAR)
    (folder / "asset").symlink_to(installed / "isaacsim" / "asset")
    for info in installed.glob("isaacsim_asset_isolated-*.dist-info"):
        (folder.parent / info.name).symlink_to(info)
    return child_environment(sys.executable, environment=os.environ | {"PYTHONPATH": str(folder.parent)})


def test_a_robot_is_converted_where_isaac_sim_hides_the_importer(tmp_path, binary):
    hidden = [sys.executable, "-c", "import isaacsim.asset.importer.urdf"]
    assert "was imported" in subprocess.run(hidden, env=binary, capture_output=True, text=True).stderr
    urdf = tmp_path / "arm.urdf"
    urdf.write_text(URDF)
    module = "isaaclab_mimic_core.sim.assets.conversion"
    command = [sys.executable, "-m", module, urdf, tmp_path / "out", "80.0", "fixed"]
    result = subprocess.run(list(map(str, command)), env=binary, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-3000:]
    assert (tmp_path / "out" / "arm" / "arm.usda").is_file()


def test_the_importer_is_found_beside_an_isaac_sim_from_pip(from_pip):
    program = (
        "from isaaclab_mimic_core.sim.assets.importer import use_standalone_importer as use; use();"
        "import isaacsim.asset.importer.urdf as found; print(found.__file__)"
    )
    result = subprocess.run([sys.executable, "-c", program], env=from_pip, capture_output=True, text=True)
    assert result.returncode == 0 and result.stdout.strip().endswith("urdf/__init__.py"), result.stderr[-3000:]


def test_without_the_importer_it_is_said_in_words(tmp_path, monkeypatch):
    """The robot is asked for with nothing on Python's path but what does not need the importer."""
    robot = tmp_path / "franka_description" / "robots"
    robot.mkdir(parents=True)
    (robot / "panda_arm_hand.urdf").write_text(URDF)
    monkeypatch.setattr(franka, "franka_description", lambda: robot.parent)
    monkeypatch.setenv("MIMIC_CACHE", str(tmp_path / "cache"))
    python = tmp_path / "python.sh"
    core = Path(isaaclab_mimic_core.__file__).parents[1]
    # -S: no installed packages at all.
    python.write_text(f'#!/bin/sh\nPYTHONPATH={core} exec {sys.executable} -S "$@"\n')
    python.chmod(0o755)
    monkeypatch.setenv("ISAACLAB_MIMIC_PYTHON", str(python))
    with pytest.raises(PlatformError, match="isaacsim-asset-isolated, which is not installed") as raised:
        franka.franka_usd()
    assert "mimic doctor" in raised.value.remedy
    assert not any(path.is_dir() for path in cache.cache_root().iterdir())


def test_the_description_is_fetched_by_isaac_sims_own_python(tmp_path, monkeypatch):
    """uv would not understand what python.sh says before Python starts."""
    asked = tmp_path / "asked"
    python = tmp_path / "python.sh"
    python.write_text(f'#!/bin/sh\necho "$@" > {asked}\necho "no network" >&2\nexit 1\n')
    python.chmod(0o755)
    monkeypatch.setenv("ISAACLAB_MIMIC_PYTHON", str(python))
    monkeypatch.setenv("MIMIC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    with pytest.raises(PlatformError, match="no network"):
        description.franka_description()
    assert asked.read_text().startswith("-m pip install")
