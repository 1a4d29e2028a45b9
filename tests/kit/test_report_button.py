# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The report of an Isaac Sim, in the real kernel: asked of the running application, and from the window."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

from harness import in_kit
from mimic_window import open_window

UI = "isaaclab.mimic.ui"


@in_kit(enable=["isaaclab.mimic.core"], settings=["/physics/suppressReadback=true"])
def test_a_running_application_is_asked(kit, tmp_path):
    from isaaclab_mimic_core.doctor.isaac_sim import examine

    rows = {row.topic: row for row in examine()}
    assert rows["host"].text == "a Kit without simulation"
    assert (rows["Kit"].level, rows["Kit"].text) == ("ok", "110.4.0")
    assert rows["application"].text.startswith("mimic_test ")
    assert rows["extension isaaclab.mimic.core"].text.endswith("enabled")
    assert rows["extension isaaclab.mimic.ui"].text == "there, not enabled"
    assert rows["extension omni.usd"].level == "problem" and rows["extension omni.usd"].text == "not there"
    # Isaac Lab wants to do without this one.
    assert rows["extension omni.warp.core"].level == "ok"
    assert rows["setting /physics/suppressReadback"].text == "True"
    assert rows["setting /isaaclab/has_gui"].text == "not set"
    assert rows["stage"].text == "omni.usd is not loaded" and rows["timeline"].level == "unknown"

    # The stage is a real one; of omni.usd and the timeline, which are not to be had, only what is asked of them.
    from pxr import Usd, UsdPhysics

    stage = Usd.Stage.CreateNew(str(tmp_path / "mine.usda"))
    UsdPhysics.Scene.Define(stage, "/physicsScene")
    context = SimpleNamespace(get_stage=lambda: stage, has_pending_edit=lambda: True)
    sys.modules["omni.usd"] = SimpleNamespace(get_context=lambda: context)
    interface = SimpleNamespace(is_playing=lambda: False, is_stopped=lambda: False, get_current_time=lambda: 1.5)
    sys.modules["omni.timeline"] = SimpleNamespace(get_timeline_interface=lambda: interface)
    before = stage.GetRootLayer().ExportToString()
    rows = {row.topic: row for row in examine()}
    assert rows["stage"].text.startswith("mine.usda, unsaved changes, up axis Y, 1 physics scenes")
    assert rows["timeline"].text == "is paused at 1.50 s"
    assert stage.GetRootLayer().ExportToString() == before
    del sys.modules["omni.usd"], sys.modules["omni.timeline"]


@in_kit(enable=[UI])
def test_a_button_of_the_window_makes_the_report_and_saves_it(kit, tmp_path):
    window = open_window(kit)
    window.open_step("")
    kit.middle_of(lambda: (report := window.panels["keys"].report) and report.button)
    card = window.panels["keys"].report
    card.folder = tmp_path / "reports"
    card.folder.mkdir()
    assert not card.text
    kit.click(card.button)
    kit.pump_until(lambda: card.text, "the report")
    assert "extension isaaclab.mimic.ui" in card.text and "110.4.0" in card.text
    kit.click(card.save_button)
    kit.click(card.save_button)
    kit.pump_until(lambda: len(list(card.folder.iterdir())) >= 2, "two files", lambda: list(card.folder.iterdir()))
    kit.screenshot(tmp_path / "report.png")
    assert (card.folder / "isaac-sim-report.txt").read_text() == card.text
    rows = json.loads((card.folder / "isaac-sim-report.json").read_text())
    assert any(row["topic"] == "Kit" and row["text"] == "110.4.0" for row in rows)
    assert Path(card.said.split(": ")[1].split(",")[0]).is_file()
    # What ends is told by Kit's own notifications where there are some, until that is switched off.
    window.host.notify("Train has finished", "nobody shows it here", False)
    told = []
    sys.modules["omni.kit.notification_manager"] = SimpleNamespace(
        NotificationStatus=SimpleNamespace(INFO="info", WARNING="warning"),
        NotificationButtonInfo=lambda text, on_complete: text,
        post_notification=lambda text, **how: told.append((text, how)),
    )
    window.host.notify("Train has failed", "no such file", True)
    window.host.notify("Train has finished", "2 epochs", False)
    lasting = {"status": "warning", "hide_after_timeout": False, "duration": 0, "button_infos": ["OK"]}
    assert told == [
        ("Train has failed\nno such file", lasting),
        ("Train has finished\n2 epochs", {"status": "info", "duration": 10}),
    ]
    # Who clicks into the viewport looks at the window beside it, unless another tab hides it.
    viewport = SimpleNamespace(focused=False)
    sys.modules["omni.kit.viewport.utility"] = SimpleNamespace(get_active_viewport_window=lambda: viewport)
    beside = SimpleNamespace(visible=True, docked=True, focused=False, is_selected_in_dock=lambda: True)
    seen = window.host.is_looked_at
    assert not seen(beside)
    viewport.focused = True
    assert seen(beside)
    beside.is_selected_in_dock = lambda: False
    assert not seen(beside)
    beside.docked = False
    assert seen(beside)
    beside.visible = False
    assert not seen(beside)
    del sys.modules["omni.kit.viewport.utility"]
    assert isinstance(seen(window.window), bool)
    assert window.notifier.wanted
    kit.click(lambda: window.panels["keys"].notifications_box)
    kit.expect(lambda: window.notifier.wanted, False)
    del sys.modules["omni.kit.notification_manager"]
