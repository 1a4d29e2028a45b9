# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""At each size of the window all steps are laid out whole: nothing is cut off, nothing lies over its neighbour."""

from pathlib import Path

from geometry import faults
from harness import in_kit
from mimic_window import open_window

UI = "isaaclab.mimic.ui"
DEMOS = Path(__file__).parents[2] / "data" / "franka_stack" / "demos.hdf5"
SIZES = (1000, 700), (1280, 720), (1600, 1000)
FRAMES, LOOKS = 5, 12
"""Frames from one look to the next, and looks at what is wrong until that counts: some widgets follow later."""


def settle(kit, window) -> list[str]:
    """Run frames until nothing is wrong with the layout, or it stays wrong; return what is."""
    wrong: list[str] = []
    for _ in range(LOOKS):
        kit.update(FRAMES)
        if not (wrong := faults(window.window)):
            break
    return wrong


@in_kit(enable=[UI], settings=["/exts/omni.ui/width=1600", "/exts/omni.ui/height=1000"])
def test_everything_is_whole_at_every_size(kit, tmp_path):
    from isaaclab_mimic_core.events import StageFinished
    from isaaclab_mimic_ui.session import State
    from isaaclab_mimic_ui.steps import STEPS

    window = open_window(kit)
    window.window.position_x = window.window.position_y = 0
    data = window.panel("dataset")
    data.open(str(DEMOS))
    kit.pump_until(lambda: data.file.summary and data.table.rows, "the file")
    data.choose("demo_3")
    kit.pump_until(lambda: data.file.signals, "the demonstration")
    found = {}
    for ended in (False, True):
        # Largest first: what had much room makes do with less.
        for width, height in reversed(SIZES):
            window.window.width, window.window.height = width, height
            for name in ("start", *STEPS, ""):
                window.open_step(name)
                wrong = settle(kit, window)
                kit.screenshot(tmp_path / f"{name or 'keys'}_{width}{'_ended' * ended}.png")
                if wrong:
                    found[f"{name or 'keys'} at {width} x {height}{', ended' * ended}"] = wrong
        for session in window.workflow.sessions.values():
            if session.stage:
                session.state = State.RUNNING
                session._receive(StageFinished(session.stage, "done", results=["10 demonstrations"]))
    assert not found, "\n".join(f"{where}: {what}" for where, wrong in found.items() for what in wrong)
