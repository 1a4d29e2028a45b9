# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The table of keys. Needs no Kit but omni.ui's Python."""

import pytest

from isaaclab_mimic_ui.keyboard.hotkeys import ACTIONS, DRIVE, MARK, WINDOW, Hotkeys
from isaaclab_mimic_ui.keyboard.keys import CTRL, GLFW, SHIFT, Key


class Memory:
    """The two methods of a host that the table needs."""

    def __init__(self):
        self.kept = {}

    def recall(self, name):
        return self.kept.get(name, "")

    def remember(self, name, text):
        self.kept[name] = text


NOW = 12.5


@pytest.fixture
def table():
    hotkeys = Hotkeys(Memory())
    hotkeys.done, hotkeys.wanted = [], {WINDOW, DRIVE}
    for scope in (WINDOW, DRIVE):
        hotkeys.listen(scope, lambda scope=scope: scope in hotkeys.wanted, lambda *what: hotkeys.done.append(what[:2]))
    return hotkeys


def test_keys_are_written_and_read():
    for text in ("W", "CTRL+KEY_1", "CTRL+SHIFT+F5", "LEFT_BRACKET"):
        assert str(Key.parse(text)) == text
    assert Key("KEY_1", CTRL).shown == "Ctrl+1" and Key("LEFT_BRACKET").shown == "[" and Key("F11").shown == "F11"
    assert Key.parse("shift+a") == Key("A", SHIFT)
    for text in ("", "CTRL+", "HYPER+A", "NOKEY"):
        with pytest.raises(ValueError, match="is not a key"):
            Key.parse(text)


@pytest.mark.parametrize("scope", [DRIVE, MARK])
def test_no_two_actions_share_a_key(scope):
    keys = [action.default for action in ACTIONS.values() if action.scope in (WINDOW, scope)]
    assert len(set(keys)) == len(keys) > 10
    assert all(key.name in GLFW.values() for key in keys)


def test_a_key_is_taken_only_where_it_is_wanted(table):
    assert table.handle("W", True, 0, NOW) and table.handle("W", True, 0, NOW) and table.handle("W", False, 0, NOW)
    assert table.done == [("drive.W", True), ("drive.W", False)]
    assert not table.handle("W", True, CTRL, NOW) and not table.handle("J", True, 0, NOW)
    table.wanted = {WINDOW}
    assert not table.handle("W", True, 0, NOW) and not table.handle("W", False, 0, NOW)
    assert table.handle("ENTER", True, CTRL, NOW) and table.done[-1] == ("start", True)


def test_a_key_tells_when_it_was_moved(table):
    times = []
    table.listen(DRIVE, lambda: True, lambda action, pressed, at: times.append(at))
    table.handle("W", True, 0, 12.5)
    table.handle("W", False, 0, 12.62)
    assert times == [12.5, 12.62]


def test_typing_lets_go_of_keys_and_leaves_them_to_the_field(table):
    table.handle("A", True, 0, NOW)
    table.set_editing(True)
    assert table.done == [("drive.A", True), ("drive.A", False)]
    assert not table.handle("S", True, 0, NOW) and not table.handle("ENTER", True, CTRL, NOW)
    table.set_editing(False)
    assert table.handle("S", True, 0, NOW)


def test_a_changed_key_is_remembered_and_a_taken_one_refused(table):
    table.rebind("drive.W", Key("I"))
    with pytest.raises(ValueError, match="Left"):
        table.rebind("drive.W", Key("A"))
    with pytest.raises(ValueError, match="Show the keys"):
        table.rebind("drive.W", Key("F1"))
    again = Hotkeys(table.host)
    assert again.keys["drive.W"] == Key("I") and again.keys["drive.A"] == Key("A")
    assert (
        not table.handle("W", True, 0, NOW) and table.handle("I", True, 0, NOW) and table.done[-1] == ("drive.W", True)
    )
    again.restore_defaults()
    assert Hotkeys(table.host).keys["drive.W"] == Key("W")


def test_the_next_key_can_be_caught(table):
    caught = []
    table.capture(caught.append)
    assert not table.handle("LEFT_CONTROL", True, CTRL, NOW) and table.handle("W", True, CTRL, NOW)
    assert caught == [Key("W", CTRL)] and not table.done
    assert table.handle("W", True, 0, NOW) and table.done


def test_keys_of_the_user_win_over_defaults_that_came_later():
    memory = Memory()
    memory.kept["hotkeys"] = '{"drive.W": "F", "mark.play": "F11", "drive.A": "W"}'
    hotkeys, done = Hotkeys(memory), []
    for scope in (WINDOW, DRIVE):
        hotkeys.listen(scope, lambda: True, lambda *what: done.append(what[:2]))
    assert hotkeys.handle("F", True, 0, NOW) and hotkeys.handle("W", True, 0, NOW)
    assert done == [("drive.W", True), ("drive.A", True)]
    assert hotkeys.keys["scene.all"] is None and hotkeys.keys["scene.enlarge"] is None
    assert hotkeys.keys["scene.top"] == ACTIONS["scene.top"].default
    hotkeys.rebind("scene.all", Key("F6"))
    hotkeys.rebind("mark.play", Key("N"))
    again = Hotkeys(memory)
    assert again.keys["scene.all"] == Key("F6") and again.keys["scene.enlarge"] == Key("F11")


def test_what_was_remembered_may_be_nonsense():
    memory = Memory()
    memory.kept["hotkeys"] = '{"drive.W": 7, "drive.A": "NOKEY", "gone": "B"}'
    assert Hotkeys(memory).keys == {id: action.default for id, action in ACTIONS.items()}
