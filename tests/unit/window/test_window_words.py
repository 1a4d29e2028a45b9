# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Commands in messages are called as the window's own places, and the next step is a button."""

import ast
import re
from pathlib import Path

import pytest

import isaaclab_mimic_core
from isaaclab_mimic_core.datasets import DatasetWriter, Episode, format_summary, summarise, validate
from isaaclab_mimic_core.datasets.check import validator
from isaaclab_mimic_core.errors import DatasetError, MimicError
from isaaclab_mimic_core.events import StageFailed, from_json, to_json
from isaaclab_mimic_core.remote.process_client import as_error
from isaaclab_mimic_ui.dataset.commands import in_words
from isaaclab_mimic_ui.running.remedies import OFFERS, Offer, in_window_words
from isaaclab_mimic_ui.steps import KEYS_TITLE

CORE = Path(isaaclab_mimic_core.__file__).parent


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (str(validate._ANNOTATE), 'Annotate the file first: "Annotate"'),
        (str(validate._OTHER_TASK), 'Was the file made for another task? See: "Dataset"'),
        (
            str(validator.LEAVE_OUT),
            '"Dataset > Check" names everything that is wrong; "Dataset > Leave out" leaves demonstrations out.',
        ),
        (
            "Mark the subtask by hand (mimic annotate --manual), or drop this demonstration (mimic drop).",
            'Mark the subtask by hand ("Annotate > Manual"), or drop this demonstration ("Dataset > Leave out").',
        ),
        (
            "`mimic check` names such demonstrations, `mimic drop --findings rows` leaves them out",
            '"Dataset > Check" names such demonstrations, "Dataset > Leave out" leaves them out',
        ),
        ("See: mimic info /data/some.hdf5.", 'See: "Dataset".'),
        ("Examine it: mimic doctor", f'Examine it: "{KEYS_TITLE} > Examine"'),
        ("Record some: mimic record --output FILE", 'Record some: "Record"'),
        ("Convert it first: mimic convert FILE --output NEW", "Convert it first: mimic convert FILE --output NEW"),
        (
            "Do they succeed here? mimic replay annotated.hdf5 --task Isaac-Stack-Cube-Mimic-v0 --validate. Watch some",
            'Do they succeed here? "Record > Replay". Watch some',
        ),
        ("mimic annotate --start-signals marks starts", '"Annotate" marks starts'),
        ("mimic generates nothing, and mimic check is fine", 'mimic generates nothing, and "Dataset > Check" is fine'),
    ],
)
def test_a_command_that_the_window_has_is_called_as_there(text, said):
    assert in_window_words(text) == said


def test_the_summary_of_a_file_names_no_command_whatever_the_file_is_called(tmp_path):
    path = tmp_path / "my own demos.hdf5"
    with DatasetWriter(path, {}) as writer:
        writer.add(Episode({"actions": [[0.0]] * 5}))
    told = format_summary(summarise(path))
    assert "mimic annotate" in told
    line = next(line for line in in_window_words(told).splitlines() if "generate" in line)
    assert line.endswith('annotate it first: "Annotate"')


def test_what_a_failure_asks_for_is_a_button():
    for remedy, offer in (
        (validate._ANNOTATE, Offer("Annotate this file", "annotate")),
        (validate._MARK_AGAIN, Offer("Mark it by hand", "annotate_manual")),
        (validator.LEAVE_OUT, Offer("Look into this file", "dataset")),
        ("Give another --output.", None),
        (None, None),
    ):
        # As a worker tells it.
        failed = from_json(to_json(StageFailed.of(DatasetError("is wrong", where="in.hdf5", remedy=remedy))))
        assert isinstance(failed, StageFailed) and OFFERS.get(failed.verb) == offer
        assert remedy is None or failed.message == f"in.hdf5: is wrong\n  {remedy}"
    assert OFFERS.get(StageFailed("mimic annotate").verb) is None


@pytest.mark.parametrize("rest", ["", ", demo_0", ", demo_0, obs"])
def test_a_failure_names_the_file_that_its_button_opens(tmp_path, monkeypatch, rest):
    path = tmp_path / "two, or three.hdf5"
    path.touch()
    monkeypatch.chdir(tmp_path)
    error = DatasetError("is wrong", where=f"{path.name}{rest}", remedy=validator.LEAVE_OUT)
    told = as_error(StageFailed.of(error))
    assert isinstance(told, MimicError) and told.file == str(path), "whichever process tells it"
    assert DatasetError("is wrong", where="elsewhere.hdf5", remedy=validator.LEAVE_OUT).file == ""
    assert DatasetError("is wrong", where=str(path), remedy="Give another one.").file == "", "no verb, no button"


def test_a_remedy_that_is_another_verb_on_the_file_says_which():
    """A text alone would be no button."""
    named = re.compile(r"\bmimic (annotate|check|drop|info|select)\b")
    alone = []
    for file in CORE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if (
                isinstance(node, ast.keyword)
                and node.arg == "remedy"
                and isinstance(node.value, ast.Constant | ast.JoinedStr)
            ):
                alone += [file.name] * bool(named.search(ast.unparse(node.value)))
    # Quickstart has no panel.
    assert alone == ["quickstart.py"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Give another --output, or --in-place.", 'Give another "Output".'),
        ("Give another --output, or --overwrite.", 'Give another "Output".'),
        ("Give another file: --output FILE", 'Give another file: "Output"'),
        ("Bring them to one layout first, or keep what all have: --force", "Bring them to one layout first"),
        ("a renamed task: mimic convert --task NAME; or insist: --force", "a renamed task: mimic convert --task NAME"),
        ("left out: 3 of 4 demonstrations (or --failed)", "left out: 3 of 4 demonstrations"),
        ("not successful\n  Export them all the same: --failed", "not successful"),
        ("Convert it: mimic convert FILE --output NEW", "Convert it: mimic convert FILE --output NEW"),
        (
            "It is older.\nmimic convert FILE --output NEW\nOr give another --output",
            'It is older.\nmimic convert FILE --output NEW\nOr give another "Output"',
        ),
        ("state data go to LeRobot: --format lerobot", "state data go to LeRobot"),
    ],
)
def test_what_the_panel_lacks_is_not_offered_in_it(text, said):
    assert in_words(text) == said
