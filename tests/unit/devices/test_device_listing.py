# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What `mimic devices` lists and shows."""

import io
import json

import pytest
from fake_hid import BUTTONS, FakeMouse, FakePorts

from isaaclab_mimic_core import cli
from isaaclab_mimic_core.devices import listing, readings
from isaaclab_mimic_core.devices.spacemouse import probe
from isaaclab_mimic_core.terminal.devices import format_devices, format_readings
from isaaclab_mimic_core.terminal.streams import Streams


def spacemice(listed):
    return [device for device in listed if device.device == "spacemouse"]


def test_all_that_is_plugged_in_is_listed_once(monkeypatch):
    ports = FakePorts(FakeMouse("SpaceNavigator"), FakeMouse("SpaceMousePro"))
    ports.refused = {"SpaceMousePro"}
    monkeypatch.setattr(probe.os.path, "exists", lambda path: True)
    monkeypatch.setattr(probe.os, "access", lambda path, mode: False)
    monkeypatch.setattr(probe, "Hid", lambda: ports)
    good, bad = spacemice(listing.list_devices())
    assert good.usable and good.detail == "SpaceNavigator at /fake/hidraw1" and not ports.mice[0].opened
    assert bad.trouble and not bad.usable and "permission denied" in bad.detail and "*:046D:*" in bad.remedy
    text = format_devices(listing.list_devices())
    assert "+ spacemouse  SpaceNavigator" in text and "sudo tee" in text


def test_nothing_plugged_in_is_no_trouble():
    (none,) = probe.probe(FakePorts())
    assert (none.usable, none.trouble, none.detail) == (False, False, "none plugged in")


def test_readings_follow_the_devices():
    mouse = FakeMouse("SpaceMouseCompact")
    live = readings.LiveReadings(FakePorts(mouse))
    live.key("W", True)
    mouse.move(y=-175)
    mouse.reports.append(BUTTONS[mouse.model][1])
    now = live.poll()
    assert now["keyboard"] == {"keys": ["W"]}
    assert now["spacemouse"]["axes"]["x"] == pytest.approx(0.5) and now["spacemouse"]["buttons"] == ["RIGHT"]
    text = format_readings(now)
    assert "x        +0.50             |######" in text and "buttons  RIGHT" in text
    live.key("W", False)
    mouse.gone = True
    assert live.poll() == {"keyboard": {"keys": []}, "spacemouse": {"connected": False}}
    live.close()


def test_the_verb_answers_in_json(monkeypatch, capfd):
    mouse = FakeMouse("SpaceMouseWireless")
    mouse.move(z=-350)
    monkeypatch.setattr(probe, "Hid", lambda: FakePorts(mouse))
    monkeypatch.setattr("isaaclab_mimic_core.devices.spacemouse.hid.Hid", lambda: FakePorts(mouse))
    job, output = cli.devices(cli.Output(json=True), live=True, seconds=0.12)
    out = io.StringIO()
    assert job(Streams(out, out, None), output) == cli.DONE
    first, *readings = [json.loads(line) for line in out.getvalue().splitlines()]
    assert {device["device"] for device in first} == {"keyboard", "spacemouse", "gamepad", "xr", "scripted"}
    assert len(readings) >= 2 and readings[-1]["spacemouse"]["axes"]["z"] == 1.0
