# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Demonstrations of a run in thumbnails, for its report: the first successes, and one failure of each cause."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ...datasets import DatasetReader
from ...datasets.attributes import history
from ...datasets.layout import ACTIONS, INITIAL_STATE, STATES
from ...datasets.origin import subtask_ends
from ...errors import DatasetError
from ...outcomes import FailureCause
from ...report.page import Example, Strip
from ..rendering.beside import Sources
from ..rendering.strip import jpeg, moments
from ..rendering.thumbnails import Thumbnails
from ..replay.recorded import check_fits, states_of

if TYPE_CHECKING:
    from ...envs import BatchedEnv

_SUCCESSES = 3
_FAILURES = 6
"""Most that are shown."""


def can_draw(env: "BatchedEnv") -> bool:
    """Return whether examples can be drawn in these environments: the rasteriser reads no scene of Isaac Sim."""
    return env.info.get("physics") != "isaacsim"


def draw_examples(env: "BatchedEnv", generated: str, source: str, failed: str = "") -> list[Example]:
    """Draw demonstrations of a run that has ended, each above what it was made from; none in Isaac Sim.

    Args:
        env: The run's environments, which are in states of these demonstrations afterwards.
        generated: The file of what has succeeded; empty if nothing has.
        source: The file that it was generated from.
        failed: The file of what has failed; empty if that was not kept.

    Raises:
        MimicError: The scene or a file cannot be drawn.
    """
    if not can_draw(env):
        return []
    examples: list[Example] = []
    thumbnails = None
    with contextlib.closing(Sources(source)) as sources:
        for path, limit in ((generated, _SUCCESSES), (failed, _FAILURES)):
            if not path or not Path(path).exists():
                continue
            with DatasetReader(path, allow_empty=True) as reader:
                for name, title in _chosen(reader, limit):
                    episode = reader.read(name, [ACTIONS, INITIAL_STATE, STATES])
                    check_fits(episode, env, path)
                    thumbnails = thumbnails or Thumbnails(env, states_of(episode, env))
                    examples.append(Example(title, [*_strips(env, thumbnails, reader, name, sources)]))
    return examples


def _chosen(reader: DatasetReader, limit: int) -> Iterator[tuple[str, str]]:
    """Yield demonstrations to show, and their titles: the first ones, of failures the first of each cause."""
    seen = set()
    for name in reader.episode_names:
        made, steps = history(reader.attrs(name), "generated"), reader.num_samples(name)
        cause = FailureCause(str(made.get("cause", "")))
        if cause and cause in seen:
            continue
        seen.add(cause)
        where = f" in {made['subtask']}" if made.get("subtask") else ""
        yield name, f"{name}, {steps} steps" if not cause else f"Failed: {cause.label}{where} ({name}, {steps} steps)"
        limit -= 1
        if not limit:
            return


def _strips(
    env: "BatchedEnv", thumbnails: Thumbnails, reader: DatasetReader, name: str, sources: Sources
) -> Iterator[Strip]:
    """Yield the strip of a demonstration, and one of its sources for each end effector."""
    samples = reader.num_samples(name)
    rows = moments(samples, subtask_ends(reader, name))
    yield Strip(jpeg(thumbnails.strip(reader, name, rows)), [f"{row * env.step_dt:.1f} s" for row in rows])
    try:
        made_from = sources.parts(name, reader.attrs(name))
    except DatasetError:  # Sources need no states to be generated from.
        return
    for eef, parts in made_from.items():
        picture, which = thumbnails.beside(sources, parts, samples, rows)
        of = f"{eef}: " if len(made_from) > 1 else "from "
        yield Strip(jpeg(picture), [f"{of}{parts[index].demo}" for index in which])
