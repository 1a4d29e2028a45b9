# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""At each size of the window all steps are laid out whole: nothing is cut off, nothing lies over its neighbour."""

from pathlib import Path

from geometry import Looked, look
from harness import in_kit
from mimic_window import open_window
from waiting import Clock

UI = "isaaclab.mimic.ui"
DEMOS = Path(__file__).parents[2] / "data" / "franka_stack" / "demos.hdf5"
SIZES = (1000, 700), (1280, 720), (1600, 1000)
FRAMES, LOOKS = 5, 12
"""Frames from one look to the next, and looks at what is wrong until that counts: some widgets follow later."""
LABELS, BUTTONS = 10, 1
"""How many each panel shows at least."""


def settle(kit, window, clock: Clock) -> Looked:
    """Run frames until nothing is wrong with the layout, or it stays wrong."""
    for _ in range(LOOKS):
        kit.update(FRAMES)
        # A drag has ended by then.
        clock.now += 1.0
        if not (looked := look(window.window)).faults:
            break
    return looked


def look_at_broken_layouts(kit) -> list[str]:
    """Return what is found of texts without room, and of widgets over each other and beyond the window."""
    import omni.ui as ui

    broken = ui.Window("Broken", width=300, height=200, position_x=100, position_y=100)
    with broken.frame, ui.VStack(height=0):
        with ui.HStack(height=20), ui.Frame(width=40, horizontal_clipping=True):
            ui.Label("longer than its place")
        with ui.HStack(height=20):
            ui.Spacer(width=280)
            ui.Button("beyond", width=60)
        with ui.HStack(height=20, spacing=-20):
            ui.Label("one", width=50)
            ui.Label("next", width=50)
    kit.update(FRAMES)
    found = look(broken).faults
    broken.destroy()
    return found


@in_kit(enable=[UI], settings=["/exts/omni.ui/width=1600", "/exts/omni.ui/height=1000"])
def test_everything_is_whole_at_every_size(kit, tmp_path):
    from isaaclab_mimic_core.events import StageFinished
    from isaaclab_mimic_ui.session import State
    from isaaclab_mimic_ui.steps import STEPS
    from isaaclab_mimic_ui.widgets import room

    window = open_window(kit)
    window.window.position_x = window.window.position_y = 0
    data = window.panel("dataset")
    data.open(str(DEMOS))
    kit.pump_until(lambda: data.file.summary and data.table.rows, "the file")
    data.choose("demo_3")
    kit.pump_until(lambda: data.file.signals, "the demonstration")
    found, seen, clock = {}, {}, Clock(room)
    for ended in (False, True):
        # Largest first: what had much room makes do with less.
        for width, height in reversed(SIZES):
            window.window.width, window.window.height = width, height
            for name in ("start", *STEPS, ""):
                window.open_step(name)
                looked, shown = settle(kit, window, clock), name or "keys"
                panel = look(window.window, window._frames[shown]).seen
                seen[shown, width, ended] = panel
                if looked.faults:
                    kit.screenshot(tmp_path / f"{shown}_{width}{'_ended' * ended}.png")
                    found[f"{shown} at {width} x {height}{', ended' * ended}"] = looked.faults
        for session in window.workflow.sessions.values():
            if session.stage:
                session.state = State.RUNNING
                session._receive(StageFinished(session.stage, "done", results=["10 demonstrations"]))
    assert not found, "\n".join(f"{where}: {what}" for where, wrong in found.items() for what in wrong)
    few = {where: panel for where, panel in seen.items() if panel["Label"] < LABELS or panel["Button"] < BUTTONS}
    assert not few, few
    broken = look_at_broken_layouts(kit)
    for where, fault in (
        ("'longer than its place'", "cut off"),
        ("'beyond'", "cut off"),
        ("HStack", "over each other"),
    ):
        assert any(where in each and fault in each for each in broken), (where, broken)
