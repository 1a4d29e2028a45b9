# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Isaac Sim ends at once (/app/fastShutdown): no extension is shut down, and yet nothing is lost."""

import pytest
from harness import in_kit
from mimic_window import fill_in, open_window

UI = "isaaclab.mimic.ui"
WRITING = "writing_stage:WritingStage"


def quit_in_the_middle(kit, folder, in_worker) -> None:
    """Start a run that writes, choose something, and leave the rest to the end of the program."""
    window = open_window(kit)
    fill_in(window, folder, WRITING, num_demos=123, in_worker=in_worker)
    kit.update(3)
    kit.click(lambda: window.panel("generate").button)
    kit.pump_until(lambda: window.session.snapshot.get("steps", 0) > 3, "the run", lambda: window.session.failure)
    window.open_step("look")
    kit.update(2)
    window.hide()


@in_kit(enable=[UI], settings=["/app/fastShutdown=true"], portable="{tmp_path}/portable")
def fast(kit, tmp_path):
    quit_in_the_middle(kit, tmp_path, in_worker=False)


@in_kit(enable=[UI], settings=["/app/fastShutdown=true"], portable="{tmp_path}/portable")
def fast_with_a_worker(kit, tmp_path):
    quit_in_the_middle(kit, tmp_path, in_worker=True)


@in_kit(enable=[UI], portable="{tmp_path}/portable")
def slow(kit, tmp_path):
    quit_in_the_middle(kit, tmp_path, in_worker=False)


@in_kit(enable=[UI], portable="{tmp_path}/portable")
def look_again(kit, tmp_path):
    window = open_window(kit)
    assert window.chosen == "look"
    assert window.workflow.sessions["generate"].choices["num_demos"] == "123"
    assert window.workflow.sessions["generate"].choices["output"] == str(tmp_path / "generated")


@pytest.mark.kit
@pytest.mark.parametrize("ending", [fast, fast_with_a_worker, slow], ids=lambda ending: ending.__name__)
def test_choices_are_remembered_and_the_running_file_is_whole(ending, tmp_path):
    from writing_stage import check_file

    ending(tmp_path=tmp_path)
    check_file(tmp_path / "generated")
    look_again(tmp_path=tmp_path)
