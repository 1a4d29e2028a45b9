# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Isaac Sim's Teleop, Episode Recorder and menus beside our window: their real Python, enabled, with windows open.

What they need of omni.usd and other things that no package holds answers anything (`neighbours`): what they do with a
stage is not seen here, what they ask of menus, keyboard and settings is.
"""

import importlib.metadata
from pathlib import Path

import layouts
import pytest
from harness import in_kit
from harness.app import EXTS
from isaac_sim_keys import MENU_KEYS, NEIGHBOURS, NEIGHBOURS_SETTINGS

UI = "isaaclab.mimic.ui"
OURS = ("/exts/isaaclab.mimic.", "/persistent/exts/isaaclab.mimic.")
REAL = (
    "isaacsim.core.version",
    "isaacsim.gui.components",
    "isaacsim.core.experimental.utils",
    "isaacsim.core.simulation_manager",
    "isaacsim.replicator.episode_recorder",
    "isaacsim.replicator.episode_recorder.ui",
    "isaacsim.replicator.teleop",
    "isaacsim.replicator.teleop.ui",
    "isaacsim.gui.menu",
)
"""Isaac Sim's extensions that are taken as they are, in the order in which they are enabled."""


@pytest.fixture
def installed(tmp_path, isaac_sim_parts) -> Path:
    return layouts.install("pip", tmp_path / "installed", isaac_sim_parts, real=REAL).sim


def all_settings() -> dict[str, object]:
    """Return every setting by its path."""
    import carb.settings

    found: dict[str, object] = {}
    waiting = [("", carb.settings.get_settings().get("/"))]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(f"{path}/{name}", inner) for name, inner in value.items()]
        else:
            found[path] = value
    return found


def changed(before: dict, after: dict, beginnings: tuple[str, ...]) -> dict:
    """Return what differs below some paths: setting, before and after."""
    return {
        path: (before.get(path), after.get(path))
        for path in before.keys() | after.keys()
        if path.startswith(beginnings) and before.get(path) != after.get(path)
    }


def spelt(hotkey) -> str:
    """Write a hotkey of a menu as our keys are written."""
    from isaaclab_mimic_ui.keyboard.keys import Key

    modifiers, key = hotkey
    return str(Key(key.name, int(modifiers)))


def to_front(kit, title: str) -> None:
    """Click a window's title, which stands where no other window is."""
    import omni.ui as ui

    window = ui.Workspace.get_window(title)
    kit.click_at(window.position_x + window.width / 3, window.position_y + 8)


@in_kit(
    enable=["omni.ui", "omni.ui.scene", "omni.appwindow", "mimic.dev.rest"],
    ext_folders=[
        EXTS,
        Path(__file__).parent / "neighbours",
        *(f"{{installed}}/{each}" for each in ("exts", "extscache", "extsDeprecated")),
    ],
    allow_errors=True,
)
def test_nobody_takes_what_is_another_ones(kit, tmp_path, installed):
    import carb.input
    import mimic_dev_rest
    import omni.appwindow
    import omni.ui as ui

    for name in REAL:
        kit.enable(name)
    theirs = {(menu, item) for menu, item, _ in mimic_dev_rest.MENUS}
    assert theirs >= NEIGHBOURS
    keys = {spelt(hotkey) for *_, hotkey in mimic_dev_rest.MENUS if hotkey}
    from isaaclab_mimic_ui.keyboard.keys import Key

    assert keys == {str(Key.parse(key)) for key in MENU_KEYS}
    mimic_dev_rest.MENUS.clear()

    # Ours comes, with its window: no setting of theirs changes.
    before = all_settings()
    kit.enable(UI)
    ui.Workspace.show_window("Isaac Lab Mimic", True)
    kit.update(5)
    assert (
        changed(before, all_settings(), (*NEIGHBOURS_SETTINGS, "/exts/isaacsim.", "/persistent/exts/isaacsim.")) == {}
    )
    ours = {(menu, item) for menu, item, _ in mimic_dev_rest.MENUS}
    assert ours == {("Window", "Isaac Lab Mimic"), ("Tools/Replicator", "Isaac Lab Mimic")}
    assert ours.isdisjoint(theirs)

    # Their windows open: no setting of ours changes, and all three are there.
    before = all_settings()
    titles = [item for _, item in sorted(NEIGHBOURS)]
    for title in titles:
        ui.Workspace.show_window(title, True)
        kit.update(10)
    assert changed(before, all_settings(), OURS) == {}
    assert all(ui.Workspace.get_window(title).visible for title in (*titles, "Isaac Lab Mimic"))

    for row, title in enumerate((*titles, "Isaac Lab Mimic")):
        window = ui.Workspace.get_window(title)
        window.position_x, window.position_y, window.width, window.height = 0, row * 240, 1200, 220
    kit.update(3)
    # With another's window in front every key of Isaac Sim's menus passes us by.
    passed = []
    keyboard = omni.appwindow.get_default_app_window().get_keyboard()
    interface = carb.input.acquire_input_interface()

    def on_event(event) -> bool:
        if event.event.type == carb.input.KeyboardEventType.KEY_PRESS:
            passed.append(event.event.input.name)
        return True

    subscription = interface.subscribe_to_input_events(on_event, device=keyboard)
    pressed = [Key.parse(key) for key in sorted(MENU_KEYS)]
    for title in titles:
        to_front(kit, title)
        passed.clear()
        for key in pressed:
            kit.press_input(getattr(carb.input.KeyboardInput, key.name), key.modifiers)
        assert passed == [key.name for key in pressed], title
    # With ours in front, one that both have is ours.
    to_front(kit, "Isaac Lab Mimic")
    passed.clear()
    kit.press_input(carb.input.KeyboardInput.D, 2)
    assert passed == []
    interface.unsubscribe_to_input_events(subscription)
    kit.screenshot(tmp_path / "beside.png")

    # Each goes without the other.
    kit.disable(UI)
    assert ui.Workspace.get_window(titles[0]).visible
    kit.enable(UI)
    for name in reversed(REAL):
        kit.disable(name)
    ui.Workspace.show_window("Isaac Lab Mimic", True)
    kit.update(5)
    assert [line for line in kit.log_errors() if "isaaclab" in line] == []


def test_both_have_the_same_release_of_the_headsets_library(isaac_sim_parts):
    """Teleop brings isaacteleop in a folder of its own, which may be found before the installed one."""
    bundled = isaac_sim_parts / "isaacsim" / "exts" / "isaacsim.replicator.teleop" / "pip_prebundle"
    assert (bundled / f"isaacteleop-{importlib.metadata.version('isaacteleop')}.dist-info").is_dir()
