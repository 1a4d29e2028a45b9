# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""`generate` with workers on the kinematic task."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from kinematic import write_annotated
from kinematic.share import kinematic_env

from isaaclab_mimic_core.cluster.generate import GenerateShared
from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.errors import OptionError
from isaaclab_mimic_core.events import AttemptFinished, DemoSaved, StageFinished, Warned
from isaaclab_mimic_core.options import GenerateOptions
from isaaclab_mimic_core.stages import create_with
from isaaclab_mimic_core.stages.generation.generate import Generate

ENVS = 4


class Shared(GenerateShared):
    """Its workers have kinematic environments."""

    share = "kinematic.share:start"


class Cramped(GenerateShared):
    """The disk of one of its workers is full."""

    share = "cramped:start"


@pytest.fixture
def options(tmp_path) -> GenerateOptions:
    path = tmp_path / "annotated.hdf5"
    write_annotated(path)
    # Noise all the way and no second tries, so that some fail.
    given = {"fade_noise": False, "max_retries": 0, "num_envs": ENVS, "seed": 3}
    return GenerateOptions(input=str(path), output=str(tmp_path / "out.hdf5"), **given)


def test_two_workers_make_what_one_process_makes(one_ray, options, tmp_path):
    who = Path(options.output).with_name("out.hdf5.workers.jsonl")
    who.write_text("what was there before\n")
    # Stopped by its failures, and taken up again by two other workers, of which one has no space left.
    first = Shared(replace(options, num_demos=30, workers="2", max_failures=3, keep_failed=True))
    events = [event for event in first]
    first.close()
    ended = [event for event in events if isinstance(event, AttemptFinished)]
    assert [event.attempt for event in ended] == list(range(len(ended)))
    assert [event.success for event in ended].count(False) == 3 and not ended[-1].success
    assert isinstance(events[-1], StageFinished) and events[-1].outcome == "gave_up"

    wanted = events[-1].summary["saved"] + 3
    again = replace(options, num_demos=wanted, workers="2", keep_failed=True, resume=True)
    with Cramped(again) as stage:
        more = list(stage)
    (without,) = [event.message for event in more if isinstance(event, Warned) and "worker" in event.message]
    assert "no space is left to write it" in without and without.endswith("; the run goes on without it")
    assert more[-1].outcome == "done" and more[-1].summary["saved"] == wanted
    saved = [event for event in events + more if isinstance(event, DemoSaved)]
    assert [event.name for event in saved] == [f"demo_{n}" for n in range(wanted)]

    makers = [json.loads(line) for line in who.read_text().splitlines()]
    assert {line["attempt"] for line in makers} == set(range(makers[-1]["attempt"] + 1))
    assert {line["worker"] for line in makers} <= {0, 1}
    # One process counts attempts as they end, and has the same ones.
    alone = replace(options, output=str(tmp_path / "alone.hdf5"), num_demos=wanted + 6, keep_failed=True)
    with Generate(alone, kinematic_env(alone)) as stage:
        list(stage)
    for suffix in ("", "_failed"):
        made, expected = (
            by_attempt(path.replace(".hdf5", f"{suffix}.hdf5")) for path in (options.output, alone.output)
        )
        assert list(made) == sorted(made)
        assert list(made) == [number for number in expected if number <= max(made)] and len(made) >= 3
        for number, arrays in made.items():
            assert arrays == expected[number]


def by_attempt(path: str) -> dict[int, dict]:
    """Return the arrays of each attempt in a file, as bytes, and what is said of it except where it was made."""
    found = {}
    with DatasetReader(path) as reader:
        for name in reader.episode_names:
            episode = reader.read(name)
            made = dict(episode.attrs["mimic"]["generated"])
            number = made["attempt"]
            made.pop("env")
            attrs = {**episode.attrs, "mimic": made, "num_samples": episode.num_samples}
            found[number] = {path: values.tobytes() for path, values in episode.data.items()} | {"": attrs}
    return found


def test_attempts_that_learn_from_each_other_are_refused(options):
    with pytest.raises(OptionError, match="--learn-sources: an attempt then depends on those before it"):
        create_with("generate", replace(options, workers="2", learn_sources=True))
