# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a run of `generate` begins with: its outputs checked, its sources read, its manifest and its report."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...datagen.planners import planner_of, wants_planned
from ...datagen.settings import Settings
from ...datasets import Episode, digest
from ...options import GenerateOptions
from ...run_manifest import InputFile
from ...sim.engines import choose_engine
from ...tasks.described import overruled
from ...tasks.names import find_task
from ..files.output_check import check_output, writing_mode
from ..files.resume import DatasetRun, earlier_generation, manifest_of
from .result import failed_path
from .sources import as_sources, boxes_of, check_targets, read_annotated

if TYPE_CHECKING:
    from ...datagen.generator import Generator
    from ...datagen.sources.bank import SourceBank
    from ...envs import BatchedEnv
    from .run_report import RunReport


@dataclass(frozen=True)
class BegunRun:
    """A run that can begin."""

    episodes: list[Episode]
    """Its sources, annotated."""
    run: DatasetRun
    report: "RunReport | None"


def begin_run(options: GenerateOptions, settings: Settings, images: str, env: "BatchedEnv | None" = None) -> BegunRun:
    """Check what can be checked before environments are open; nothing is written.

    Args:
        options: The run's options.
        settings: Its rules.
        images: `live` or `later`, as decided.
        env: Environments that are open already.

    Raises:
        MimicError: The run cannot begin.
    """
    mode = writing_mode(options.overwrite, options.resume)
    failed = failed_path(options)
    outputs = [path for path in (options.output, failed) if path]
    # With --resume but without a file, there is nothing to resume.
    mode = "create" if mode == "append" and not any(Path(path).exists() for path in outputs) else mode
    for path in outputs:
        check_output(path, mode, options.input)
    report = None
    if options.report:
        # Imported only here, because it imports matplotlib.
        from .run_report import RunReport

        report = RunReport(options)
    episodes = read_annotated(options.input, options.task, options.any_task)
    manifest = manifest_of(
        "generate",
        options,
        {"input": InputFile(options.input, digest(episodes))},
        env=env,
        **asdict(settings),
        images=images,
        planner=None if options.planner == "task" else options.planner,
    )
    earlier = earlier_generation(options.output, failed) if options.resume else None
    run = DatasetRun(manifest, options, mode, earlier)
    if descriptor := find_task(options.task).descriptor:
        run.remarks += overruled(descriptor, options)
    return BegunRun(episodes, run, report)


def sees(options: GenerateOptions) -> bool:
    """Return whether camera images are recorded during the run; those of Isaac Sim's renderer cannot be made later."""
    images = options.images
    return images == "live" or (images == "auto" and choose_engine(options.physics) == "isaacsim")


def make_generator(
    env: "BatchedEnv", options: GenerateOptions, settings: Settings, episodes: list[Episode]
) -> tuple["Generator", "SourceBank"]:
    """Make the generator of a run, and its sources.

    Args:
        env: Its environments.
        options: Its options.
        settings: Its rules.
        episodes: Its sources, annotated.

    Raises:
        DatasetError: A demonstration does not fit the task.
    """
    from ...datagen.config import read_config
    from ...datagen.generator import Generator
    from ...datagen.sources.bank import make_bank

    config = read_config(env, settings, options.seed, planned=wants_planned(options.planner))
    here, usual = boxes_of(env)
    with env.at_its_lines():
        demos = as_sources(episodes, config.subtasks, options.input, usual)
        check_targets(demos, env, options.input)
        bank = make_bank(demos, env, config.subtasks, here)
    return Generator(env, config, bank, planner_of(options.planner)), bank


def longest_recording(episodes: list[Episode]) -> int:
    """Return the number of steps that an attempt is expected to take at most."""
    return max(episode.num_samples for episode in episodes) * 3 // 2
