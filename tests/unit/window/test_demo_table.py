# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The table of demonstrations: filters, order, and what is chosen by Ctrl and Shift."""

import json

import pytest

from isaaclab_mimic_ui.dataset.table import CHECK, FAILED, FOUND, LENGTH, SOURCE, SUCCESS, DemoTable


def made_from(*names: str) -> dict:
    return {"mimic": {"generated": {"sources": {"franka": [{"demo": name, "segment": [0, 5]} for name in names]}}}}


LISTED = [
    ("demo_0", {"success": True, "seed": 7} | made_from("demo_10", "demo_2"), 120),
    ("demo_1", {"success": False, "seed": 8} | made_from("demo_2"), 80),
    ("demo_2", {"mimic": {"recorded": {"teleop_device": "keyboard"}}}, 300),
    ("demo_4", {"success": True}, 120),
    ("odd name", {"success": True}, 5),
]


@pytest.fixture
def table() -> DemoTable:
    made = DemoTable()
    made.fill(LISTED)
    return made


def shown(table: DemoTable, **changes) -> list[str]:
    for name, value in changes.items():
        setattr(table, name, value)
    return [row.name.removeprefix("demo_") for row in table.shown]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "0 1 2 4 odd name"),
        ("length<120", "1 odd name"),
        ("length >= 120 success=true", "0 4"),
        ("samples=300", "2"),
        ("source=demo_2", "0 1"),
        ("source!=demo_2", "2 4 odd name"),
        ("seed=8", "1"),
        ("mimic.recorded.teleop_device=keyboard", "2"),
        ("KEYBOARD", "2"),
        ("demo_1", "0 1"),
        ("demo_1, length>100", "0"),
        ("seed=nothing", ""),
    ],
)
def test_words_and_conditions_have_all_to_be_met(table, text, names):
    assert " ".join(shown(table, text=text)) == names


def test_success_and_findings_are_filters_and_so_is_what_a_finding_says(table):
    assert shown(table, kind=FAILED) == ["1"]
    assert shown(table, kind=FOUND) == [] and "Press Check first" in table.said
    table.take_findings(
        [("hint", "demo_4", "waits"), ("error", "demo_4", "has no end"), ("warning", "demo_0", "jumps")]
    )
    assert shown(table) == ["0", "4"] and table.said == "2 of 5 shown"
    assert shown(table, kind="all", text="jumps") == ["0"]
    table.take_findings([])
    assert shown(table, kind=FOUND, text="") == [] and table.said == "0 of 5 shown"


def test_a_column_sorts_and_again_the_other_way_round(table):
    table.take_findings([("hint", "demo_4", "waits"), ("error", "demo_1", "has no end")])
    orders = {LENGTH: "odd name 1 0 4 2", SUCCESS: "0 4 odd name 1 2", CHECK: "1 4 0 2 odd name"}
    for column, names in orders.items():
        table.sort_by(column)
        assert " ".join(shown(table)) == names
    table.sort_by(SOURCE)
    assert shown(table)[-2:] == ["1", "0"], "demo_2, then demo_2 and demo_10"
    table.sort_by(SOURCE)
    assert shown(table)[:2] == ["0", "1"]


def test_ctrl_and_shift_choose_several_in_the_order_that_is_shown(table):
    table.click("demo_1")
    assert table.chosen == {"demo_1"} and table.selection == "", "a click only looks at it"
    table.click("demo_4", ctrl=True)
    assert table.selection == "1,4" and table.said == "2 chosen"
    table.click("demo_1", ctrl=True)
    assert table.selection == "4"
    table.click("demo_0")
    table.click("demo_2", shift=True)
    assert table.selection == "0-2"
    table.click("odd name", ctrl=True)
    assert table.selection == "0-2,odd name"
    table.sort_by(LENGTH)
    table.click("demo_1")
    table.click("demo_4", shift=True)
    assert table.selection == "0-1,4", "from 80 to 120 samples"
    table.text = "length>100"
    table.choose_shown()
    assert table.selection == "0,2,4"
    table.choose_shown()
    assert (table.selection, table.chosen) == ("", set())
    table.fill(LISTED[:1])
    table.click("demo_0", shift=True)
    assert table.selection == "0", "where nothing was clicked before"


def test_attributes_are_written_as_text_once_however_often_they_are_searched(table, monkeypatch):
    written = []
    monkeypatch.setattr(json, "dumps", lambda *attrs, **how: written.append(attrs) or "")
    for text in ("k", "ke", "key"):
        assert table.shown is not None and shown(table, text=text) == []
        assert table.said == "0 of 5 shown"
    assert len(written) == 5
