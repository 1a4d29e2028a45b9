# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A form says of a descriptor that was chosen what the command line says of it."""

import os
from pathlib import Path

import pytest
from waiting import LIMIT, wait_until

from isaaclab_mimic_core.errors import InputFileError
from isaaclab_mimic_core.tasks.descriptors import read_descriptor
from isaaclab_mimic_ui.forms.model import Choices
from isaaclab_mimic_ui.project import Project
from isaaclab_mimic_ui.steps import STEPS

GOOD = "name: put\nsubtasks:\n  robot:\n    - object_ref: cube\n"


def said_by_the_command_line(path: Path) -> str:
    """Return what it says, in one line, without the folder."""
    with pytest.raises(InputFileError) as error:
        read_descriptor(str(path))
    first, remedy = str(error.value).splitlines()
    return f"{first.replace(str(path), path.name)}. {remedy.strip()}"


@pytest.mark.parametrize("step", ["record", "annotate", "generate", "replay"])
def test_forms_have_it(step):
    assert "descriptor" in STEPS[step].fields


def test_what_is_wrong_with_a_descriptor_is_shown_in_the_form_until_it_is_mended(tmp_path):
    form, file = Choices(STEPS["generate"], Project(tmp_path)), tmp_path / "put.yaml"
    file.write_text(GOOD.replace("object_ref", "object"))
    form["descriptor"] = "put.yaml"
    news = []

    def shown() -> str:
        news.append(form.descriptors.take_news())
        return form.problems().get("descriptor", "")

    wanted = said_by_the_command_line(file)
    assert wanted == "put.yaml, line 4, subtasks robot 0 object: the key 'object' is unknown. Did you mean object_ref?"
    wait_until(lambda: shown() == wanted, wanted, seen=shown)
    assert any(news) or form.descriptors.take_news(), "the form is told to look again"
    # As an editor saves it; times of files are coarse.
    file.write_text(GOOD)
    os.utime(file, ns=(0, 0))
    wait_until(lambda: not shown(), "no problem", seen=shown)
    file.unlink()
    assert shown() == "There is no such file."


def test_a_start_goes_by_what_is_in_the_descriptor_now(tmp_path):
    form, file = Choices(STEPS["generate"], Project(tmp_path)), tmp_path / "put.yaml"
    file.write_text(GOOD.replace("object_ref", "object"))
    form["descriptor"] = "put.yaml"
    form.problems()
    form.descriptors.settle(LIMIT)
    assert "unknown" in form.problems()["descriptor"]
    file.write_text(GOOD)
    os.utime(file, ns=(0, 0))
    form.descriptors.settle(LIMIT)
    assert "descriptor" not in form.problems()
