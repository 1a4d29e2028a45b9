# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Our keys and Isaac Sim's: a key is handled here only while our window is in use."""

import pytest
from isaac_sim_keys import MENU_KEYS

from isaaclab_mimic_ui.keyboard.hotkeys import ACTIONS, DRIVE, MARK, SCOPES, WINDOW, Hotkeys
from isaaclab_mimic_ui.keyboard.keys import Key


class Memory:
    """A host that has nothing to remember."""

    def recall(self, name: str) -> str:
        return ""


@pytest.fixture
def hotkeys() -> Hotkeys:
    return Hotkeys(Memory())


def shared(scope: str) -> set[str]:
    ours = {str(action.default) for action in ACTIONS.values() if action.scope == scope}
    return ours & {str(Key.parse(key)) for key in MENU_KEYS}


def test_keys_that_two_want_are_known():
    # A new key of ours that is in Isaac Sim's menus as well is to be thought over, and named here.
    # F frames what is to be seen in both, each while its own window has the focus.
    assert {scope: shared(scope) for scope in SCOPES} == {
        WINDOW: {"CTRL+D", "CTRL+R", "F"},
        DRIVE: {"ESCAPE", "P"},
        MARK: {"UP", "CTRL+Z"},
    }


@pytest.mark.parametrize("scope", SCOPES)
def test_isaac_sim_gets_its_keys_while_ours_are_not_wanted(hotkeys: Hotkeys, scope: str):
    done = []
    hotkeys.listen(scope, lambda: False, lambda action, pressed, at: done.append(action))
    for text in MENU_KEYS:
        key = Key.parse(text)
        assert not hotkeys.handle(key.name, True, key.modifiers, 0.0), text
        assert not hotkeys.handle(key.name, False, key.modifiers, 0.0), text
    assert done == []


@pytest.mark.parametrize("scope", SCOPES)
def test_we_get_ours_while_they_are_wanted(hotkeys: Hotkeys, scope: str):
    done = []
    hotkeys.listen(scope, lambda: True, lambda action, pressed, at: done.append(action) if pressed else None)
    for text in shared(scope):
        key = Key.parse(text)
        assert hotkeys.handle(key.name, True, key.modifiers, 0.0), text
        hotkeys.handle(key.name, False, key.modifiers, 0.0)
    assert len(done) == len(shared(scope))
