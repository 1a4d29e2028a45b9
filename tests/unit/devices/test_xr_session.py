# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What XR needs is found out beforehand, and the error says what is missing and what to do."""

import json
import shutil
from pathlib import Path

import pytest

from isaaclab_mimic_core.devices import check_device
from isaaclab_mimic_core.devices.xr import XrSettings
from isaaclab_mimic_core.devices.xr import session as xr_session
from isaaclab_mimic_core.errors import DeviceError, InputFileError, MimicError, OptionError, OutputError, PlatformError
from isaaclab_mimic_core.requirements import XR, how_to_get

SESSION = Path(__file__).parents[2] / "data" / "xr" / "session.mcap"
TASK = "Isaac-Stack-Cube-Franka-IK-Abs-Mimic-v0"


@pytest.fixture(autouse=True)
def machine(monkeypatch, tmp_path):
    """A machine without an OpenXR runtime and without a licence accepted."""
    for variable in ("XR_RUNTIME_JSON", xr_session.EULA_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(xr_session, "_MANIFESTS", (str(tmp_path / "active_runtime.json"),))
    monkeypatch.setenv("HOME", str(tmp_path))


def check(**settings) -> None:
    check_device("xr", XrSettings(**settings), TASK)


def refused(kind: type[MimicError], **settings) -> str:
    with pytest.raises(kind) as caught:
        check(**settings)
    return str(caught.value)


def test_a_recorded_session_needs_neither_headset_nor_runtime():
    check(mcap_replay=str(SESSION))
    assert xr_session.count_frames(SESSION) == 45


def test_a_session_that_cannot_be_replayed_is_named(tmp_path):
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(SESSION.read_bytes()[:-200])
    text = tmp_path / "text.mcap"
    text.write_text("not a recording")
    empty = tmp_path / "empty.mcap"
    empty.touch()
    spoiled = {cut: "cut off", text: "does not begin", empty: "does not begin", tmp_path / "no": "No such"}
    for path, why in spoiled.items():
        message = refused(InputFileError, mcap_replay=str(path))
        assert str(path) in message and why in message
    assert "--mcap-replay" in refused(OptionError, mcap_replay=str(SESSION), mcap_record="new.mcap")


def test_a_recorded_session_is_never_replaced(tmp_path, runtime):
    there = tmp_path / "there.mcap"
    shutil.copy(SESSION, there)
    assert str(there) in refused(OutputError, mcap_record=str(there))
    assert there.read_bytes() == SESSION.read_bytes()
    refused(OutputError, mcap_record=str(tmp_path / "nowhere" / "new.mcap"))
    check(mcap_record=str(tmp_path / "new.mcap"))


@pytest.fixture
def runtime(monkeypatch, tmp_path) -> Path:
    """An OpenXR runtime by its manifest; the library only has to be there."""
    (tmp_path / "libruntime.so").touch()
    manifest = tmp_path / "runtime.json"
    manifest.write_text(json.dumps({"runtime": {"library_path": "./libruntime.so"}}))
    monkeypatch.setenv("XR_RUNTIME_JSON", str(manifest))
    return manifest


def test_a_runtime_that_is_named_is_used_and_cloudxr_is_not_started(runtime):
    assert xr_session.find_runtime("auto") is None
    assert xr_session.find_runtime("none") is None


def test_a_runtime_that_is_not_there_is_named(runtime):
    (runtime.parent / "libruntime.so").unlink()
    assert "libruntime.so" in refused(InputFileError)
    runtime.write_text("{}")
    assert "manifest" in refused(InputFileError)
    runtime.unlink()
    assert str(runtime) in refused(InputFileError)


def test_what_keeps_cloudxr_from_being_started_is_said(monkeypatch):
    monkeypatch.setattr(xr_session, "_has_driver", lambda: False)
    message = refused(DeviceError)
    assert "NVIDIA GPU" in message and "XR_RUNTIME_JSON" in message and "--mcap-replay" in message
    monkeypatch.setattr(xr_session, "_has_driver", lambda: True)
    monkeypatch.setattr(xr_session, "_CLOUDXR_NEEDS", ("websockets", "no_such_package"))
    message = refused(DeviceError)
    assert "no_such_package" in message and "websockets" not in message and "setup xr" in message
    monkeypatch.setattr(xr_session, "_CLOUDXR_NEEDS", ("websockets",))
    assert "licence" in refused(DeviceError)
    monkeypatch.setenv(xr_session.EULA_VARIABLE, "1")
    assert xr_session.find_runtime("auto") == "standalone"
    assert xr_session.find_runtime("vision-pro") == "vision-pro"
    assert "--cloudxr" in refused(OptionError, cloudxr="rift")
    assert "XR_RUNTIME_JSON" in refused(DeviceError, cloudxr="none")


def test_profiles_of_cloudxr_are_files_of_isaac_lab(tmp_path):
    for profile in ("standalone", "quest", "vision-pro"):
        assert "NV_DEVICE_PROFILE" in Path(xr_session.cloudxr_profile(profile)).read_text()
    assert xr_session.cloudxr_profile(str(tmp_path / "own.env")) == str(tmp_path / "own.env")


def test_without_the_package_the_command_that_installs_it_is_told(monkeypatch):
    monkeypatch.setattr(xr_session, "PACKAGE", "no-such-package")
    assert how_to_get(XR) in refused(PlatformError)
    assert [found.level for found in xr_session.state()] == ["note"]


def test_the_state_of_xr_is_told(monkeypatch, runtime):
    monkeypatch.setattr(xr_session, "_has_driver", lambda: False)
    found = {each.topic: (each.level, each.text) for each in xr_session.state()}
    assert found["XR"][0] == "ok" and found["OpenXR runtime"] == ("ok", str(runtime))
    assert found["CloudXR"][0] == "note" and "NVIDIA GPU" in found["CloudXR"][1]
    (runtime.parent / "libruntime.so").unlink()
    assert {each.topic: each.level for each in xr_session.state()}["OpenXR runtime"] == "note"
