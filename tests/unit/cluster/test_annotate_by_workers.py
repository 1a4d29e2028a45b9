# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""`annotate` with workers: what one process says and saves, in the order of the file."""

from dataclasses import replace
from pathlib import Path

import pytest
from kinematic.share import kinematic_env
from replayed import BROKEN, DEMOS, SHORT

from isaaclab_mimic_core.cluster.annotate import AnnotateShared
from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.errors import OptionError
from isaaclab_mimic_core.events import EpisodeAnnotated, Warned
from isaaclab_mimic_core.options import AnnotateOptions
from isaaclab_mimic_core.stages.annotation.automatic import Annotate
from isaaclab_mimic_core.verbs.arguments import AnnotateArguments

ENVS = 2


class SharedAnnotation(AnnotateShared):
    """Its workers have kinematic environments."""

    share = "replayed:start_annotation"


def contents(path: Path) -> list[tuple[dict, dict]]:
    """Return attributes and arrays of all demonstrations of a file."""
    with DatasetReader(path) as reader:
        return [(reader.attrs(name), reader.read(name).data) for name in reader.episode_names]


def test_workers_annotate_as_one_process_does_and_a_run_goes_on(one_ray, recorded, tmp_path):
    options = AnnotateOptions(input=str(recorded), output=str(tmp_path / "one.hdf5"), num_envs=ENVS)
    with Annotate(options, kinematic_env(options)) as stage:
        alone = list(stage)
    # One process begins, and is stopped.
    begun, so_far = replace(options, output=str(tmp_path / "two.hdf5")), []
    with Annotate(begun, kinematic_env(options)) as stage:
        while not stage.done:
            so_far += stage.step()
            if any(isinstance(event, EpisodeAnnotated) for event in so_far):
                stage.request("stop")
    assert so_far[-1].outcome == "stopped" and 0 < so_far[-1].summary["annotated"] < DEMOS - len(SHORT)
    shared = replace(begun, workers="1", resume=True)
    with SharedAnnotation(shared) as stage:
        events = list(stage)

    told = {event.name: event for event in so_far + events if isinstance(event, EpisodeAnnotated)}
    assert told == {event.name: event for event in alone if isinstance(event, EpisodeAnnotated)}
    assert [told[f"demo_{demo}"].ok for demo in range(DEMOS)] == [demo not in SHORT for demo in range(DEMOS)]
    assert events[-1].outcome == "done" and events[-1].results == alone[-1].results
    said = [event.message for event in events if isinstance(event, Warned)]
    assert any(message.startswith(f"demo_{BROKEN} is taken from its recorded states") for message in said)
    for (attrs, arrays), (wanted, others) in zip(contents(shared.output), contents(options.output), strict=True):
        assert attrs == wanted and arrays.keys() == others.keys()
        assert all((arrays[path] == others[path]).all() for path in arrays)


def test_nobody_shares_what_is_marked_by_hand():
    with pytest.raises(OptionError, match="--manual"):
        AnnotateArguments(manual=True, workers="2").chosen()
    assert AnnotateArguments(workers="2").chosen().is_shared
