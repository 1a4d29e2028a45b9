# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The playhead of Dataset: view, source and signals go together, from the first press of the button on."""

from pathlib import Path

import numpy as np
import pytest
from harness import in_kit
from mimic_window import open_window

UI = "isaaclab.mimic.ui"
SAMPLES = 40


def write_files(folder: Path) -> Path:
    """Write a source and what was generated from it: each sample from the one that is ten earlier, and two others."""
    from isaaclab_mimic_core.datasets import DatasetWriter, Episode
    from isaaclab_mimic_core.tasks import DEFAULT_TASK

    ramp = np.linspace(0.0, 1.0, SAMPLES, dtype=np.float32)[:, None]
    with DatasetWriter(folder / "annotated.hdf5", {"env_name": DEFAULT_TASK}) as writer:
        writer.add(Episode({"actions": ramp}))
    part = {"demo": "demo_0", "segment": [0, SAMPLES - 10], "end": SAMPLES}
    made = {"mimic": {"generated": {"sources": {"arm": [part]}}}}
    with DatasetWriter(folder / "generated.hdf5", {"env_name": DEFAULT_TASK}) as writer:
        for success in (True, False, True):
            writer.add(Episode({"actions": ramp}, made | {"success": success}))
    return folder / "generated.hdf5"


@in_kit(enable=[UI])
def test_one_playhead_for_the_view_its_source_and_the_signals(kit, tmp_path):
    from isaaclab_mimic_ui.dataset import process as processes

    processes._STAGE = "showing_stage:start"
    window = open_window(kit)
    panel = window.panel("dataset")
    panel.open(str(write_files(tmp_path)))
    kit.expect(lambda: list(panel.table.rows), ["demo_0", "demo_1", "demo_2"])
    kit.click(panel.table.rows["demo_1"])
    kit.pump_until(lambda: panel.demo.signals is not None, "its signals")
    half, scene = panel.demo, panel.demo.scene
    half.go(25)
    assert not half.process.is_active, "nothing is opened before somebody wants it"
    kit.click(lambda: scene.beside_button)
    kit.pump_until(lambda: half.beside.found, "its source", lambda: half.beside.failure)
    kit.click(lambda: scene.button)
    kit.pump_until(lambda: scene.view is not None and scene.view.canvas.shows_picture, "it", lambda: scene.shown.said)
    kit.pump_until(lambda: scene.view.other.shows_picture, "its source beside it")

    def seen() -> tuple[int, tuple[str, int], int | None]:
        hand = scene.view._picture["eefs"]["arm"] if scene.view._picture else [[0.0] * 4]
        return round(100 * hand[0][3]), half.beside.found.at(scene.shown.row), half.signals.row

    kit.expect(seen, (25, ("demo_0", 15), 25))
    assert half.beside.found.signals["LAST ACTION (GRIPPER)"][25] == pytest.approx(15 / (SAMPLES - 1))
    x, y = kit.middle_of(lambda: half.signals.area)
    kit.drag(x, y, x + 2 * half.signals.area.computed_width, y)
    kit.expect(seen, (SAMPLES - 1, ("demo_0", SAMPLES - 11), SAMPLES - 1))
    kit.click(lambda: scene.play_button)
    kit.expect(lambda: (scene.shown.row, scene.shown.playing), (SAMPLES, False))
    kit.click(panel.table.rows["demo_2"])
    kit.expect(lambda: scene.shown.said, "Cannot be shown: demo_2: has no states")
    kit.pump_until(lambda: half.signals is not None and not scene.view.canvas.shows_picture, "its signals alone")
    kit.click(lambda: scene.hide_button)
    kit.pump_until(lambda: scene.view is None and scene.button is not None, "the button again")

    kit.click(panel.table.kind_buttons["failed"])
    kit.expect(lambda: list(panel.table.rows), ["demo_1"])
    kit.click(panel.table.kind_buttons["all"])
    kit.click(lambda: panel.table.headings["success"])
    kit.expect(lambda: list(panel.table.rows), ["demo_0", "demo_2", "demo_1"])
    kit.click(panel.table.all_button)
    kit.expect(panel.edit_card.models["demos"].get_value_as_string, "0-2")
    panel.compare(str(tmp_path / "annotated.hdf5"))
    kit.pump_until(lambda: panel.command.differences, "the differences", lambda: panel.failure)
    assert "in both       1 demonstration" in panel.command.differences
