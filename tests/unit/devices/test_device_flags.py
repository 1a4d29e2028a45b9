# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""`--teleop-device X` brings the flags of X, and no others."""

import json

import pytest

from isaaclab_mimic_core import cli, plugins
from isaaclab_mimic_core.stages import create

PAD = """\
from dataclasses import dataclass
from isaaclab_mimic_core.devices.settings import LiveSettings
from isaaclab_mimic_core.option import option
from isaaclab_mimic_core.plugins import DeviceSpec, register_device

@dataclass(frozen=True)
class PadSettings(LiveSettings):
    port: str = "/dev/ttyUSB0"
    \"\"\"Serial port that the pad is at.\"\"\"
    gain: float = option(1.0, low=0, high=5)
    \"\"\"How much its handle moves the hand.\"\"\"
    seed: int = 0
    \"\"\"The stage's.\"\"\"

def make(env, settings):
    raise NotImplementedError

register_device(DeviceSpec("flag_pad", device=f"{__name__}:make", settings=f"{__name__}:PadSettings"))
"""


@pytest.fixture
def pad(request, tmp_path, monkeypatch):
    """A file that brings a device with settings of its own."""
    monkeypatch.setenv(plugins.VARIABLE, "")
    # Each test imports it anew, so each needs another name.
    (file := tmp_path / f"my_{request.node.name}.py").write_text(PAD)
    yield str(file)
    plugins.unregister_device("flag_pad")


@pytest.fixture
def run(monkeypatch):
    """Parses a command line and returns the options of the stage that would run."""

    def parse(*arguments: str):
        found = []

        def run_stage(name, options, streams, output, after=None):
            found.append(options)
            return 0

        monkeypatch.setattr(cli, "run_stage", run_stage)
        status = cli.main([*arguments, "--json"])
        return found[0] if found else status

    return parse


def test_the_flags_are_those_of_the_device_that_drives(run, pad):
    keyboard = run("record", "--step-hz", "0", "--pos-sensitivity", "0.4")
    assert keyboard.teleop_settings.step_hz == 0.0 and keyboard.teleop_settings.pos_sensitivity == 0.4
    spacemouse = run("teleop", "--teleop_device=spacemouse", "--axes=-x,y,z,roll,pitch,yaw", "--curve", "2")
    assert spacemouse.teleop_settings.axes.startswith("-x") and spacemouse.teleop_settings.curve == 2.0
    xr = run("record", "--teleop-device", "xr", "--mcap-record", "s.mcap", "--overwrite")
    assert xr.teleop_settings.mcap_record == "s.mcap" and xr.teleop_settings.overwrite and xr.overwrite
    assert run("record", "--teleop-device", "scripted", "--seed", "4").teleop_settings.seed == 4
    mine = run(
        "record", "--import", pad, "--teleop-device", "flag_pad", "--port", "/dev/x", "--gain", "2", "--seed", "9"
    )
    assert (mine.teleop_settings.port, mine.teleop_settings.gain, mine.teleop_settings.seed) == ("/dev/x", 2.0, 9)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--axes", "x"), "--axes: the device keyboard has no such setting"),
        (("--teleop-device", "scripted", "--step-hz=0"), "choose a device that has it: --teleop-device keyboard or"),
        (("--teleop-device", "keyboard", "--mcap-replay", "s.mcap"), "--teleop-device xr"),
        (("--teleop-device", "mouse"), "'mouse' is not one of keyboard"),
        (("--import", "no_such_module_at_all"), "there is no such module"),
        (("--orientation", "view"), "--orientation: it is about the view of the window"),
        (("--teleop-device", "xr", "--orientation=robot"), "drive in the window: mimic ui"),
    ],
)
def test_flags_of_other_devices_are_refused(arguments, said, run, capfd):
    assert run("record", *arguments) == 2
    assert said in json.loads(capfd.readouterr().out)["message"]


def test_help_tells_the_flags_of_the_chosen_device(pad, capsys):
    for arguments, told, untold in [
        ((), "--rot-sensitivity", "--axes"),
        ((), "--ramp", "--orientation"),
        (("--teleop-device", "spacemouse"), "--axes", "--cloudxr"),
        (("--import", pad, "--teleop-device", "flag_pad"), "Serial port that the pad is at.", "--rot-sensitivity"),
    ]:
        with pytest.raises(SystemExit) as ended:
            cli.main(["record", *arguments, "--help"])
        shown = capsys.readouterr().out
        assert ended.value.code == 0 and told in shown and untold not in shown and shown.count("--seed") == 1


def test_a_worker_is_told_settings_by_name(tmp_path):
    values = {"task": "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0", "output": str(tmp_path / "d.hdf5")}
    with pytest.raises(Exception, match="settings of device scripted: there is no setting curve"):
        create("record", {**values, "teleop_device": "scripted", "teleop_settings": {"curve": 2.0}})
