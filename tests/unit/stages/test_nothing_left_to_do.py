# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Resumed when everything is done, a stage ends without a simulation."""

from pathlib import Path

import pytest

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.errors import OutputError
from isaaclab_mimic_core.events import StageFinished, StageStarted
from isaaclab_mimic_core.options import AnnotateByHandOptions, AnnotateOptions, GenerateOptions
from isaaclab_mimic_core.stages.annotation.automatic import Annotate
from isaaclab_mimic_core.stages.annotation.manual import AnnotateByHand
from isaaclab_mimic_core.stages.generation.generate import Generate
from isaaclab_mimic_core.tasks import DEFAULT_TASK

STAGES = {
    "annotate": (Annotate, AnnotateOptions, {}),
    "annotate by hand": (AnnotateByHand, AnnotateByHandOptions, {}),
    "generate": (Generate, GenerateOptions, {"seed": 3, "num_demos": 2}),
}


@pytest.fixture
def output(two_demos, tmp_path) -> Path:
    """A file as annotation of `two_demos`, and generation of two, leave it."""
    path = tmp_path / "done.hdf5"
    made = {"task": DEFAULT_TASK, "seed": 3, "mode": "default"}
    run = {"mimic": {"generated": made}}
    with DatasetReader(two_demos) as reader, DatasetWriter(path, reader.env_args, attrs=run) as writer:
        for number, episode in enumerate(reader.episodes()):
            term = {f"obs/datagen_info/subtask_term_signals/{name}": episode.data["actions"][:, 6] < 0 for name in "ab"}
            history = {"annotated": {"from": episode.name}, "generated": {**made, "attempt": number}}
            writer.add(Episode({**episode.data, **term}, {"mimic": history}))
    return path


@pytest.mark.parametrize("named", ["done.hdf5", "done"])
@pytest.mark.parametrize("kind", STAGES)
def test_it_ends_at_once_and_leaves_the_file_alone(kind, named, two_demos, output):
    make, options, more = STAGES[kind]
    before = output.read_bytes()
    source = output if kind == "generate" else two_demos
    if kind == "generate":
        source = two_demos.with_name("source.hdf5")
        source.write_bytes(before)
    stage = make(options(input=str(source), output=str(output.with_name(named)), resume=True, **more))
    with stage:
        events = list(stage)
    assert [type(event) for event in events] == [StageStarted, StageFinished]
    assert events[-1].outcome == "done" and events[-1].summary["output"] == str(output)
    assert output.read_bytes() == before


@pytest.mark.parametrize("kind", STAGES)
def test_a_name_without_an_ending_is_that_of_the_file_that_is_there(kind, two_demos, output):
    make, options, _ = STAGES[kind]
    with pytest.raises(OutputError, match=r"done\.hdf5: the file exists already"):
        make(options(input=str(two_demos), output=str(output.with_name("done"))))
