# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The contract that a stage's generator is driven by."""

import pytest

from isaaclab_mimic_core.events import Progress, StageFinished, Warned
from isaaclab_mimic_core.stages.stage import Stage, Steps


class Filling(Stage):
    """Writes a line a step into a file that it holds open, three in all."""

    name = "filling"

    def __init__(self, path, fails_at: int = -1):
        super().__init__()
        self._path, self._fails_at = path, fails_at
        self._lines = 0
        self.released: list[str] = []

    @property
    def progress(self) -> Progress:
        return Progress(self._lines, 3, "lines")

    def run(self) -> Steps:
        self._resources.callback(self.released.append, "resources")
        try:
            with self._path.open("w") as file:
                while self._lines < 3 and not self._stopping:
                    if self._lines == self._fails_at:
                        raise RuntimeError("no more ink")
                    file.write("line\n")
                    self._lines += 1
                    yield [Warned(f"line {self._lines}")]
        finally:
            self.released.append("file")
        return [StageFinished(self.name, "stopped" if self._stopping else "done")]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lines"


def test_each_yield_is_a_step_and_what_is_returned_is_the_last_one(path):
    stage = Filling(path)
    assert stage.progress == stage.snapshot()["progress"] == Progress(0, 3, "lines") and not path.exists()
    assert [stage.step() for _ in range(3)] == [[Warned("line 1")], [Warned("line 2")], [Warned("line 3")]]
    assert not stage.done and stage.progress.fraction == 1.0
    assert stage.step() == [StageFinished("filling", "done")] and stage.done
    assert stage.step() == []


def test_closing_releases_at_whatever_step_it_stands(path):
    for steps in range(5):
        stage = Filling(path)
        for _ in range(steps):
            stage.step()
        stage.close()
        stage.close()
        assert stage.done and stage.step() == []
        assert stage.released == ([] if steps == 0 else ["file", "resources"])
        assert steps == 0 or path.read_text() == "line\n" * min(steps, 3)


def test_an_error_ends_it_and_leaves_what_there_is(path):
    with Filling(path, fails_at=2) as stage:
        stage.step(), stage.step()
        with pytest.raises(RuntimeError, match="ink"):
            stage.step()
        assert path.read_text() == "line\n" * 2
        assert stage.step() == [] and stage.done
    assert stage.released == ["file", "resources"]


def test_paused_nothing_happens_until_it_is_resumed_or_stopped(path):
    stage = Filling(path)
    stage.step()
    stage.request("pause")
    assert stage.paused and stage.step() == [] and stage.due > 0
    stage.request("resume")
    assert stage.step() == [Warned("line 2")] and stage.due == 0
    stage.request("pause")
    stage.request("stop")
    assert stage.step() == [StageFinished("filling", "stopped")]


def test_an_unknown_request_is_refused(path):
    with pytest.raises(ValueError, match="filling does not know the request 'dance'"):
        Filling(path).request("dance")


def test_a_simple_program_iterates(path):
    with Filling(path) as stage:
        assert [type(event) for event in stage] == [Warned, Warned, Warned, StageFinished]
