# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The look of the window: greys, one accent colour, one size grid."""

from omni.ui import Alignment, color

ACCENT = color("#76b900")
ACCENT_BRIGHT = color("#8fd014")
ON_ACCENT = color("#0f1608")
BACKGROUND = color("#1e2023")
CARD = color("#292c30")
FIELD = color("#191b1d")
EDGE = color("#3d4147")
TEXT = color("#e8e9ea")
DIM = color("#a3a9b0")
FAINT = color("#6f767e")
PROBLEM = color("#f0907f")
PROBLEM_BACKGROUND = color("#42282a")
WARNING = color("#e3b65c")
WARNING_BACKGROUND = color("#37311f")
GOOD = color("#4d7416")
BAD = color("#7d5f26")
GUIDE = color("#ffd34d")
VEIL = color("#191b1dc8")
TRANSPARENT = color(0.0, 0.0, 0.0, 0.0)

GAP = 8
PADDING = 12
SCROLLBAR = 12
"""[px] What a scrolling frame keeps free on its right, whether it has to scroll or not."""
ROW = 28
LABEL_WIDTH = 112
FORM_WIDTH = 396
RAIL_WIDTH = 178
BANDS = ("#3b6584", "#735690", "#477a53", "#8f6432", "#86475f", "#3f7a7a")
"""Colours of subtasks, in their order."""
CELL = 24
CHARACTER = 7.6
"""[px] Width of a character in a field, about."""

STYLE = {
    "Label": {"color": TEXT, "font_size": 15},
    "Label::title": {"font_size": 24},
    "Label::heading": {"font_size": 17},
    "Label::section": {"color": DIM, "font_size": 13},
    "Label::dim": {"color": DIM},
    "Label::hint": {"color": DIM, "font_size": 13},
    "Label::readings": {"color": GUIDE, "font_size": 15},
    "Label::problem": {"color": PROBLEM, "font_size": 13},
    "Label::problem_title": {"color": PROBLEM, "font_size": 15},
    "Label::warning": {"color": WARNING, "font_size": 13},
    "Label::warning_title": {"color": WARNING, "font_size": 15},
    "Label::big": {"font_size": 30},
    "Label::of": {"color": DIM, "font_size": 17},
    "Label::value": {"font_size": 20},
    "Label::log": {"font_size": 14},
    "Label::log_problem": {"color": PROBLEM, "font_size": 14},
    "Label::log_warning": {"color": WARNING, "font_size": 14},
    "Label::log_time": {"color": FAINT, "font_size": 14},
    "Label::step": {"font_size": 15},
    "Label::cell": {"font_size": 11, "color": TEXT},
    "Label::tick": {"font_size": 11, "color": FAINT},
    "Label::tick_next": {"font_size": 12, "color": TEXT},
    "Label::rail": {"font_size": 16},
    "Label::rail_chosen": {"font_size": 16, "color": ACCENT_BRIGHT},
    "Label::rail_blocked": {"font_size": 16, "color": FAINT},
    "Label::rail_number": {"font_size": 13, "color": DIM},
    "Label::rail_number_done": {"font_size": 13, "color": ON_ACCENT},
    "Label::now": {"font_size": 17, "color": ACCENT_BRIGHT},
    "Label::key": {"font_size": 13, "color": TEXT},
    "Label::mark": {"font_size": 12, "color": ACCENT_BRIGHT},
    "Rectangle::play": {"background_color": TEXT},
    "Rectangle::mark": {"background_color": ACCENT},
    "Rectangle::key": {"background_color": EDGE, "border_radius": 3},
    "Label::code": {"font_size": 13, "color": DIM},
    "Rectangle::background": {"background_color": BACKGROUND},
    "Rectangle::card": {"background_color": CARD, "border_radius": 6},
    "Rectangle::inset": {"background_color": FIELD, "border_radius": 4},
    "Rectangle::veil": {"background_color": VEIL, "border_radius": 3},
    "Rectangle::outline_chosen": {
        "background_color": TRANSPARENT,
        "border_color": ACCENT_BRIGHT,
        "border_width": 2,
    },
    "Rectangle::outline": {"background_color": TRANSPARENT, "border_color": EDGE, "border_width": 1},
    "Rectangle::notice": {
        "background_color": WARNING_BACKGROUND,
        "border_color": WARNING,
        "border_width": 1,
        "border_radius": 6,
    },
    "Rectangle::error": {
        "background_color": PROBLEM_BACKGROUND,
        "border_color": PROBLEM,
        "border_width": 1,
        "border_radius": 6,
    },
    "Rectangle::dialog": {"background_color": CARD, "border_color": EDGE, "border_width": 1, "border_radius": 6},
    "Rectangle::folder": {"background_color": DIM, "border_radius": 2},
    "Rectangle::track": {"background_color": FIELD, "border_radius": 5},
    "Rectangle::bar": {"background_color": ACCENT, "border_radius": 5},
    "Circle::step": {"background_color": color("#50565e")},
    "Circle::done": {"background_color": ACCENT},
    "Circle::running": {"background_color": TRANSPARENT, "border_color": ACCENT, "border_width": 2},
    "Circle::blocked": {"background_color": FIELD},
    "Circle::failed": {"background_color": TRANSPARENT, "border_color": PROBLEM, "border_width": 2},
    "Rectangle::job": {"background_color": FIELD, "border_color": ACCENT, "border_width": 1, "border_radius": 5},
    "Label::job": {"font_size": 14},
    "Label::project": {"font_size": 15},
    "Rectangle::rail": {"background_color": CARD, "border_radius": 6},
    "Rectangle::rail_item": {"background_color": TRANSPARENT, "border_radius": 5},
    "Rectangle::rail_item:hovered": {"background_color": color("#33373c")},
    "Rectangle::rail_chosen": {"background_color": color("#3a3f45"), "border_radius": 5},
    "Rectangle::picked": {"background_color": color("#36451c"), "border_radius": 5},
    "Rectangle::bar_bad": {"background_color": WARNING, "border_radius": 3},
    "Rectangle::bar_dim": {"background_color": DIM, "border_radius": 3},
    "Rectangle::cell": {"background_color": EDGE, "border_radius": 3},
    "Rectangle::cell:hovered": {"border_color": TEXT, "border_width": 1},
    "Rectangle::cell_good:hovered": {"border_color": TEXT, "border_width": 1},
    "Rectangle::cell_bad:hovered": {"border_color": TEXT, "border_width": 1},
    "Rectangle::cell_good": {"background_color": GOOD, "border_radius": 3},
    "Rectangle::cell_bad": {"background_color": BAD, "border_radius": 3},
    "Rectangle::cell_chosen": {"background_color": EDGE, "border_radius": 3, "border_color": TEXT, "border_width": 2},
    "Rectangle::cell_good_chosen": {
        "background_color": GOOD,
        "border_radius": 3,
        "border_color": TEXT,
        "border_width": 2,
    },
    "Rectangle::cell_bad_chosen": {
        "background_color": BAD,
        "border_radius": 3,
        "border_color": TEXT,
        "border_width": 2,
    },
    "CollapsableFrame": {
        "background_color": TRANSPARENT,
        "secondary_color": TRANSPARENT,
        "color": DIM,
        "font_size": 14,
        "padding": 0,
        "margin": 0,
    },
    "CollapsableFrame:hovered": {"secondary_color": color("#33373c")},
    "Button::way_chosen": {"background_color": FIELD, "border_color": ACCENT, "border_width": 1, "border_radius": 4},
    "Button.Label::way_chosen": {"color": TEXT, "font_size": 14},
    "Label::band": {"font_size": 13, "color": TEXT},
    "Label::no_room": {"font_size": 9, "color": TEXT},
    "Label::band_small": {"font_size": 12, "color": TEXT},
    **{f"Rectangle::band_{number}": {"background_color": color(each)} for number, each in enumerate(BANDS)},
    "Rectangle::cover": {"background_color": FIELD},
    "Button::segment": {"background_color": FIELD, "border_radius": 4, "padding": 1},
    "Button::segment:hovered": {"background_color": EDGE},
    "Button.Label::segment": {"color": DIM, "font_size": 14},
    "Button::segment_chosen": {
        "background_color": EDGE,
        "border_color": ACCENT,
        "border_width": 1,
        "border_radius": 4,
        "padding": 1,
    },
    "Button.Label::segment_chosen": {"color": TEXT, "font_size": 14},
    "Button::tool": {"background_color": FIELD, "border_radius": 4, "padding": 1},
    "Button::tool:hovered": {"background_color": EDGE},
    "Button.Label::tool": {"color": DIM, "font_size": 13},
    "Button::tool_on": {"background_color": EDGE, "border_radius": 4, "padding": 1},
    "Button::tool_on:hovered": {"background_color": color("#4c5159")},
    "Button.Label::tool_on": {"color": TEXT, "font_size": 13},
    "Button::heading": {"background_color": TRANSPARENT, "border_radius": 4, "padding": 1},
    "Button::heading:hovered": {"background_color": EDGE},
    "Button.Label::heading": {"color": DIM, "font_size": 13, "alignment": Alignment.LEFT_CENTER},
    "Button::small": {"background_color": EDGE, "border_radius": 4, "padding": 2},
    "Button::small:hovered": {"background_color": color("#4c5159")},
    "Button.Label::small": {"color": TEXT, "font_size": 14},
    "Button.Label::small:disabled": {"color": FAINT},
    "Line::rule": {"color": EDGE},
    "Field": {
        "background_color": FIELD,
        "color": TEXT,
        "border_color": EDGE,
        "border_width": 1,
        "border_radius": 4,
        "padding": 5,
        "font_size": 15,
    },
    "Field:hovered": {"border_color": FAINT},
    "Field:pressed": {"border_color": ACCENT},
    "Field:disabled": {"color": DIM, "background_color": CARD},
    "Field::wrong": {"border_color": PROBLEM},
    "Field::wrong:hovered": {"border_color": PROBLEM},
    "ComboBox": {
        "background_color": FIELD,
        "secondary_color": FIELD,
        "color": TEXT,
        "selected_color": EDGE,
        "border_color": EDGE,
        "border_width": 1,
        "border_radius": 4,
        "padding": 6,
        "font_size": 15,
    },
    "ComboBox:hovered": {"border_color": FAINT},
    "ComboBox:disabled": {"color": DIM, "background_color": CARD, "secondary_color": CARD},
    "CheckBox": {"background_color": color("#50565e"), "color": ON_ACCENT, "border_radius": 3, "font_size": 14},
    "CheckBox:checked": {"background_color": ACCENT},
    "Button": {"background_color": EDGE, "border_radius": 5, "margin": 0, "padding": 4},
    "Button:hovered": {"background_color": color("#4c5159")},
    "Button.Label": {"color": TEXT, "font_size": 16},
    "Button::primary": {"background_color": ACCENT},
    "Button::primary:hovered": {"background_color": ACCENT_BRIGHT},
    "Button::primary:disabled": {"background_color": EDGE},
    "Button.Label::primary": {"color": ON_ACCENT, "font_size": 17},
    "Button.Label::primary:disabled": {"color": DIM},
    "Button.Label::plain": {"color": TEXT, "font_size": 17},
    "Button.Label::plain:disabled": {"color": DIM},
    "ScrollingFrame": {"background_color": TRANSPARENT, "secondary_color": EDGE, "scrollbar_size": 8},
    "Tooltip": {"background_color": FIELD, "color": TEXT, "border_color": EDGE, "border_width": 1, "padding": 6},
}
