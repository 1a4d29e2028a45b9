# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Options are declared once: what is read from their fields, and how values are checked."""

from dataclasses import dataclass
from typing import Any, Literal

import pytest

from isaaclab_mimic_core import cli, stages
from isaaclab_mimic_core import options as package
from isaaclab_mimic_core.errors import OptionError
from isaaclab_mimic_core.option import MAY_DIFFER, check_options, deciding, option, options_of, read_options, redeclared
from isaaclab_mimic_core.options import GenerateOptions, PlayOptions


@dataclass(frozen=True)
class Paint:
    """Paint something."""

    colour: Literal["red", "green"] = option("red", label="Colour")
    """Colour
    of the paint."""
    coats: int = option(2, low=0, high=9, on_resume=MAY_DIFFER)
    """Coats; 0: until it covers. More is slower."""
    part: float = option(0.5, low=0, below=1)
    gloss: bool | None = option(None)
    names: tuple[str, ...] = option(())
    other: Any = None


@dataclass(frozen=True)
class Repaint(Paint):
    coats: int = redeclared(Paint, "coats", 1, high=3)
    colour: Literal["red", "green"] = redeclared(Paint, "colour")
    """Colour of the new paint."""


def test_all_that_is_known_of_an_option_is_read_from_its_field():
    known = options_of(Paint)
    assert list(known) == ["colour", "coats", "part", "gloss", "names", "other"]
    assert known["colour"].label == "Colour" and known["colour"].choices == ("red", "green")
    assert known["colour"].help == "Colour of the paint." and known["colour"].kind is str
    assert known["coats"].label == "Coats" and known["coats"].flag == "--coats"
    assert known["coats"].zero == "until it covers" and known["colour"].zero == ""
    assert known["gloss"].optional and known["names"].many and known["part"].default == 0.5
    assert list(deciding(Paint())) == ["colour", "part", "gloss", "names", "other"]


def test_a_class_may_declare_an_option_of_its_base_once_more():
    known = options_of(Repaint)
    assert known["coats"].default == 1 and known["coats"].declared.low == 0 and known["coats"].declared.high == 3
    assert known["coats"].help == options_of(Paint)["coats"].help
    assert known["colour"].help == "Colour of the new paint." and known["colour"].default == "red"


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("colour", "blue", "'blue' is not one of red, green"),
        ("colour", 3, "must be a text, not 3"),
        ("colour", None, "must be given"),
        ("coats", -1, "must be from 0 to 9, not -1"),
        ("coats", 10, "must be from 0 to 9, not 10"),
        ("coats", 1.5, "must be a whole number, not 1.5"),
        ("coats", "2", "must be a whole number, not '2'"),
        ("coats", True, "must be a whole number, not True"),
        ("part", 1.0, "must be from 0 to less than 1, not 1"),
        ("part", float("nan"), "must be from 0 to less than 1, not nan"),
        ("gloss", "on", "must be true or false, not 'on'"),
        ("names", "a", "must be a list, not 'a'"),
        ("names", ("a", 3), "must be a text, not 3"),
    ],
)
def test_what_cannot_be_used_is_said(name, value, problem):
    assert options_of(Paint)[name].problem(value) == problem
    with pytest.raises(OptionError) as caught:
        check_options(Paint(**{name: value}))
    assert str(caught.value) == f"--{name}: {problem}" and caught.value.exit_code == 2


@pytest.mark.parametrize("values", [{}, {"coats": 0, "part": 0, "gloss": True, "names": ["a"], "other": {"x": 1}}])
def test_what_can_be_used_is_read_from_plain_data(values):
    made = read_options(Paint, values, "paint")
    assert made == Paint(**values | {"names": tuple(values.get("names", ()))})


def test_wrong_plain_data_are_refused():
    with pytest.raises(OptionError, match="paint has no option size"):
        read_options(Paint, {"size": 3}, "paint")
    with pytest.raises(OptionError, match="--coats: must be a whole number, not '3'"):
        read_options(Paint, {"coats": "3"}, "paint")
    with pytest.raises(OptionError, match="--mode: 'fast' is not one of default, upstream"):
        stages.create("generate", {"mode": "fast"})


OURS = [getattr(package, name) for name in package.__all__ if name.endswith("Options")]
MAY_BE_NEGATIVE = ("action_scale", "joint_scale")


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_ours_are_complete(kind):
    for name, each in options_of(kind).items():
        assert each.help, f"{name} has no docstring"
        assert not each.problem(each.default), "its own default cannot be used"
        if each.kind in (int, float) and not each.many and name not in MAY_BE_NEGATIVE:
            assert each.declared.low is not None, f"{name} has no smallest value"
        if each.declared.low == 0 and each.default == 0:
            assert each.zero, f"the docstring of {name} does not say what 0 means"


def test_a_seed_that_numpy_does_not_take_is_refused():
    check_options(GenerateOptions(seed=2**32 - 1))
    with pytest.raises(OptionError, match="--seed: must be from 0 to"):
        check_options(PlayOptions(seed=2**32))


def test_play_which_one_process_does_has_no_flags_of_workers(capsys):
    with pytest.raises(SystemExit) as helped:
        cli.main(["play", "--help"])
    said = capsys.readouterr().out
    assert helped.value.code == 0 and "--num-rollouts" in said
    assert not [flag for flag in ("--workers", "--ray", "--worker-timeout") if flag in said]
    with pytest.raises(SystemExit) as refused:
        cli.main(["play", "--workers", "2"])
    assert refused.value.code == 2 and "mimic evaluate" in capsys.readouterr().err
