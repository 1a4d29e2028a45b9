# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The entire tutorial in one session of Kit, by clicks and keys; after it, the extensions leave nothing."""

import json
import os
import time

import pytest
from harness import in_kit
from mimic_window import describe_process, open_window
from screen import Screen
from waiting import LONG

CORE, UI = "isaaclab.mimic.core", "isaaclab.mimic.ui"
GLFW = {"ENTER": 257, "BACKSPACE": 259, "END": 269}


class KitScreen(Screen):
    """The virtual mouse and keyboard of omni.ui and carb.input, and what omni.ui paints."""

    def __init__(self, kit, window, folder) -> None:
        import carb.input
        import omni.appwindow

        from isaaclab_mimic_ui.keyboard.keys import CTRL, SHIFT

        super().__init__(folder)
        self._kit, self._window = kit, window
        self._keys, self._modifiers = carb.input.KeyboardInput, {"CTRL": CTRL, "SHIFT": SHIFT}
        self._inject = omni.appwindow.get_default_app_window().inject_key

    def see(self) -> dict:
        from eyes import describe

        return describe(self._window)

    def rest(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self._kit.update()
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.05))
            self._kit.update()

    def click_at(self, x: float, y: float) -> None:
        self._kit.click_at(x, y)

    def scroll_at(self, x: float, y: float, lines: int) -> None:
        from omni.ui import _ui

        self._kit.move_to(x, y)
        _ui._inject_mouse_scroll(0.0, -float(lines))
        self._kit.update()

    def keys(self, names: list[str], down: bool) -> None:
        for name in names:
            self._inject(getattr(self._keys, name), down)
        self._kit.update()

    def tap(self, name: str, *held: str) -> None:
        self._kit.press_input(getattr(self._keys, name), sum(self._modifiers[each] for each in held))

    def edit(self, name: str, times: int = 1) -> None:
        for _ in range(times):
            self._kit.press_key(GLFW[name])

    def type(self, text: str) -> None:
        self._kit.type_text(text)

    def picture(self, name: str) -> None:
        self._kit.screenshot(self.folder / f"{name}.png")


@pytest.mark.sim
@in_kit(enable=["omni.ui", "omni.appwindow"], timeout=4 * LONG)
def test_the_whole_tutorial_in_one_session_of_kit(kit, tmp_path):
    from steps import whole_tutorial

    os.chdir(tmp_path)
    kit.enable(UI)
    open_window(kit, "start")
    kit.disable(UI)  # whatever is created once and for all has been created now
    kit.disable(CORE)
    kit.move_to(0, 0)
    kit.screenshot(tmp_path / "0_before.png")
    before = describe_process()
    kit.enable(CORE)
    kit.enable(UI)
    took = whole_tutorial(KitScreen(kit, open_window(kit, "start"), tmp_path))
    (tmp_path / "took.json").write_text(json.dumps(took))
    kit.disable(UI)
    kit.disable(CORE)

    def left() -> dict:
        return {key: (value, before[key]) for key, value in describe_process().items() if value != before[key]}

    kit.expect(left, {})
    kit.move_to(0, 0)
    kit.screenshot(tmp_path / "9_after.png")
