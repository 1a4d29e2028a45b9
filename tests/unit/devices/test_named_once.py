# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a device can do stands in its spec: nothing outside its folder asks for its name."""

import ast
from pathlib import Path

import pytest

from isaaclab_mimic_core.errors import DeviceError, PluginError
from isaaclab_mimic_core.options import ReplayOptions, TeleopOptions
from isaaclab_mimic_core.plugins import DEVICES, GAMEPAD, KEYS, DeviceSpec, register_device, restored
from isaaclab_mimic_core.terminal.keys import check_keys

EXTS = Path(__file__).parents[3] / "exts"
SHIPPED = {"keyboard", "spacemouse", "gamepad", "xr", "scripted"}


def compared(file: Path) -> set[str]:
    """Return the texts that a file compares something with."""
    nodes = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Compare | ast.match_case)]
    return {str(each.value) for node in nodes for each in ast.walk(node) if isinstance(each, ast.Constant)}


def test_no_name_of_a_device_is_compared_with_outside_of_devices():
    files = [file for file in EXTS.rglob("*.py") if "devices" not in file.parent.relative_to(EXTS).parts]
    assert len(files) > 300 and DEVICES.all().keys() >= SHIPPED
    assert {file.name: found for file in files if (found := compared(file) & SHIPPED)} == {}


def test_a_terminal_drives_what_its_keys_can(monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    with restored():
        for name, host_input in (("my_pad", GAMEPAD), ("my_keys", KEYS), ("my_mouse", "")):
            register_device(DeviceSpec(name, device=f"{__name__}:compared", host_input=host_input))
        with pytest.raises(DeviceError, match="gamepads are read by Kit") as refused:
            check_keys(TeleopOptions(teleop_device="my_pad"))
        assert refused.value.where == "--teleop-device my_pad"
        assert "my_mouse" in refused.value.remedy and "my_pad" not in refused.value.remedy
        with pytest.raises(DeviceError, match="not a terminal"):
            check_keys(TeleopOptions(teleop_device="my_keys"))
        check_keys(TeleopOptions(teleop_device="my_mouse"))
        check_keys(ReplayOptions(input=__file__, task="x"))


def test_what_no_host_can_pass_on_is_refused():
    with pytest.raises(PluginError, match="host_input cannot be 'pedals'"):
        DeviceSpec("my_pedals", device="my_code:Pedals", host_input="pedals")
