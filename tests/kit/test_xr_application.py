# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""An XR step in an application without XR enables what is there, or names the application to start.

The kernel and its extension manager are real; the extensions are empty, under the names of Isaac Sim's.
"""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from harness import in_kit

from isaaclab_mimic_core.devices.xr.application import APPLICATION, EXTENSIONS, SETTINGS

# What makes a Kit an Isaac Sim (`sim.host`).
SIMULATION = ("omni.usd", "omni.timeline", "omni.physx", "omni.physx.tensors")


def lay_out(folder: Path, names) -> Path:
    for name in names:
        package = folder / name
        for part in (package, package / "config", package / name.replace(".", "/")):
            part.mkdir(parents=True, exist_ok=True)
        (package / name.replace(".", "/") / "__init__.py").touch()
        toml = f'[package]\nversion = "1.0.0"\n[[python.module]]\nname = "{name}"\n'
        (package / "config" / "extension.toml").write_text(toml)
    return folder


@pytest.fixture
def with_xr(tmp_path):
    return lay_out(tmp_path / "with", [*SIMULATION, *EXTENSIONS])


@pytest.fixture
def without_xr(tmp_path):
    return lay_out(tmp_path / "without", SIMULATION)


@in_kit(enable=SIMULATION, ext_folders=["{with_xr}"])
def test_what_is_there_is_enabled_and_the_runs_settings_are_put_back(kit, tmp_path, with_xr):
    import carb.settings

    from isaaclab_mimic_core.devices.xr import XrSettings
    from isaaclab_mimic_core.devices.xr.application import application_for_xr, check_application

    settings = carb.settings.get_settings()
    settings.set("/isaaclab/xr/auto_start", True)
    settings.set("/defaults/xr/activeProfile", "vr")
    check_application()
    assert not any(kit.is_enabled(name) for name in EXTENSIONS)
    with application_for_xr(XrSettings()):
        assert all(kit.is_enabled(name) for name in EXTENSIONS)
        assert settings.get("/isaaclab/xr/enabled") is True and settings.get("/isaaclab/xr/auto_start") is False
        assert settings.get("/app/xr/enabled") is True
        assert settings.get("/defaults/xr/activeProfile") == "vr", "the user's own choice comes first"
    assert settings.get("/isaaclab/xr/enabled") is None and settings.get("/isaaclab/xr/auto_start") is True
    with application_for_xr(XrSettings()):
        pass


@in_kit(enable=SIMULATION, ext_folders=["{without_xr}"])
def test_where_it_is_not_the_application_is_named(kit, tmp_path, without_xr):
    import carb.settings

    from isaaclab_mimic_core.devices import check_device
    from isaaclab_mimic_core.devices.xr import XrSettings
    from isaaclab_mimic_core.errors import DeviceError

    with pytest.raises(DeviceError, match=r"has no omni\.kit\.xr\.core, .*teleop\.bridge") as raised:
        check_device("xr", XrSettings(), "Isaac-Stack-Cube-Franka-IK-Abs-Mimic-v0")
    assert APPLICATION in str(raised.value)
    assert carb.settings.get_settings().get("/isaaclab/xr/enabled") is None


def test_they_are_those_of_isaac_labs_application():
    """The button that the documents speak of is there because Isaac Lab's file asks for it."""
    lab = Path(find_spec("isaaclab").submodule_search_locations[0]) / "apps" / "isaaclab.python.xr.openxr.kit"
    text = lab.read_text()
    # Isaac Lab enables the bridge as it opens the session (isaac_teleop_device).
    for name in EXTENSIONS[:3]:
        assert re.search(rf'^"{re.escape(name)}" = {{}}', text, re.M), name
    for path, value in SETTINGS.items():
        key = path[1:].replace("/", ".")
        shown = str(value).lower() if isinstance(value, bool) else f'"{value}"'
        assert re.search(rf"^{re.escape(key)} = {re.escape(shown)}( *#.*)?$", text, re.M), path
