# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Propose a task's descriptor from recorded demonstrations."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...datasets import DatasetReader
from ...datasets.edit import Selection, select_names
from ...errors import DatasetError, InputFileError, OptionError
from ...events import EpisodeSkipped, Progress
from ...files import write_atomically
from ...option import check_options
from ...options import TaskInitOptions
from ...sim.engines.cameras import leave_out_cameras
from ...sim.object_sizes import boxes
from ...tasks.described import check_file_name
from ...tasks.descriptors import read_descriptor
from ...tasks.proposing import Evidence, Proposal, format_proposal, format_seen, propose
from ...tasks.registered import config_of
from ..files.output_check import check_output
from ..replay.recorded import check_fits, usable_recordings
from ..sim_stage import SimStage
from ..stage import Steps
from .recorded_evidence import read_evidence, read_hands

if TYPE_CHECKING:
    from ...envs import BatchedEnv


class ProposeTask(SimStage):
    """Shows recorded states in the scene, and writes the subtasks that they show as a descriptor."""

    name = "task_init"
    bare = True
    options: TaskInitOptions

    def __init__(self, options: TaskInitOptions, env: "BatchedEnv | None" = None):
        check_options(options)
        if options.descriptor:
            raise OptionError("is what this writes", where="--descriptor", remedy="Check it: mimic task check.")
        if options.seed != TaskInitOptions.seed:
            raise OptionError("has no effect: nothing here is random", where="--seed", remedy="Leave it out.")
        if not options.output.lower().endswith((".yaml", ".yml")):
            raise OptionError(f"{options.output!r} is no YAML file", where="--output", remedy="Name it FILE.yaml.")
        check_file_name(options.output)
        check_output(options.output, "overwrite" if options.overwrite else "create", options.input)
        names = select_names(options.input, Selection(demos=options.episodes))
        with DatasetReader(options.input) as reader:
            self._names, self._skipped = usable_recordings(reader, names, states=True)
            task = options.task or reader.env_name
        if not task:
            raise OptionError("the file does not say its environment", where=options.input, remedy="Give --task ENV.")
        super().__init__(replace(options, task=task), env)
        self._read = 0

    @property
    def progress(self) -> Progress:
        return Progress(self._read, len(self._names), "demonstrations")

    def run(self) -> Steps:
        yield self._started()
        yield from self._open(leave_out_cameras)
        skipped = [EpisodeSkipped(name, reason) for name, reason in self._skipped.items()]
        yield [self._enter(f"Looking at {len(self._names)} demonstrations"), *skipped]
        evidence: list[Evidence] = []
        fingers, sizes = read_hands(self.env), boxes(self.env.env.scene)
        with DatasetReader(self.options.input) as reader:
            for name in self._names:
                if self._stopping:
                    return self._finish("stopped", {})
                episode = reader.read(name)
                check_fits(episode, self.env, self.options.input)
                evidence.append(read_evidence(episode, self.env, fingers, sizes))
                self._read += 1
                yield []
        proposal = propose(evidence)
        environment = self.env.info["environment"]
        with_success = not _says_success(environment)
        write_proposal(proposal, self.options, environment, with_success)
        unsure = sum(each.sure == "unsure" for subtasks in proposal.subtasks.values() for each in subtasks)
        unsure += bool(with_success and proposal.doubts)
        summary = {
            "output": self.options.output,
            "demonstrations": len(evidence),
            "agreeing": len(proposal.demos),
            "subtasks": {eef: [each.object_ref for each in listed] for eef, listed in proposal.subtasks.items()},
            "unsure": unsure,
        }
        lines = format_seen(proposal, with_success)
        return self._finish("done", summary, output=self.options.output, findings=unsure, results=lines)


def write_proposal(proposal: Proposal, options: TaskInitOptions, environment: str, with_success: bool) -> None:
    """Write the descriptor; what could not be read again does not get its name.

    Args:
        proposal: The subtasks.
        options: Say where from and where to.
        environment: Its name in gymnasium's registry.
        with_success: Whether to say what success is.

    Raises:
        DatasetError: It could not be read again.
        OutputError: It cannot be written.
    """
    output = Path(options.output)
    text = format_proposal(proposal, environment, output.stem, options.input, with_success)

    def write(beside: Path) -> None:
        beside.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text)
        try:
            read_descriptor(str(beside))
        except InputFileError as error:
            raise DatasetError(
                f"what the demonstrations show makes no descriptor: {error.what}",
                where=options.input,
                remedy="Look at others (--episodes 0), or write the subtasks by hand, from: mimic task show TASK",
            ) from error

    write_atomically(output, write)


def _says_success(environment: str) -> bool:
    """Return whether an environment has a termination named `success`."""
    terminations = getattr(config_of(environment)(), "terminations", None)
    return getattr(terminations, "success", None) is not None
