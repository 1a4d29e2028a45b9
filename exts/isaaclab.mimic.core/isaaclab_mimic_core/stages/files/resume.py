# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Resume a run that was stopped or killed: read its manifest and its progress."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...datagen.planners import choice_of
from ...datasets import DatasetReader, digest
from ...datasets.layout import ACTIONS, ATTR_PROVENANCE, ATTR_SEED, INITIAL_STATE
from ...errors import OptionError
from ...option import deciding
from ...options import GenerateOptions, SimOptions
from ...run_manifest import MANIFEST, InputFile, RunManifest, versions_of
from ...sim.engines import choose_engine
from ...tasks import find_task
from ...tasks.described import content_hash
from .demo_file import DemoFile
from .input_task import check_task
from .output_check import WritingMode

if TYPE_CHECKING:
    from ...envs import BatchedEnv


def manifest_of(
    verb: str,
    options: SimOptions,
    inputs: Mapping[str, InputFile],
    packages: tuple[str, ...] = (),
    env: "BatchedEnv | None" = None,
    **decided: Any,
) -> RunManifest:
    """Return the manifest of a run: all that decides its results.

    Args:
        verb: Name of the verb.
        options: Its options.
        inputs: The files it reads, by option.
        packages: Packages that its results depend on, besides Isaac Lab, torch and the physics engine.
        env: Environments that are open already.
        decided: Resolved values of options that were left to the program; names that are no options are ignored.
    """
    given = deciding(options)
    task = find_task(options.task)
    # A descriptor counts by its content, wherever it lies.
    given |= {name: value for name, value in decided.items() if name in given} | {"task": task.environment or task.id}
    engine = choose_engine(options.physics)
    if given.get("physics"):
        given["physics"] = engine
    for name in ("assets", "ik"):
        if given.get(name) == "auto":
            # Options that are resolved only once the environments are open: see `DatasetRun.open_file`.
            del given[name]
    if env is not None:
        given |= _of_environments(options, env.info)
    # In the form in which it is read back from a file.
    plain = json.loads(json.dumps({name: value for name, value in given.items() if value is not None}))
    if task.descriptor:
        inputs = {**inputs, "descriptor": InputFile(task.descriptor, content_hash(task.descriptor))}
    return RunManifest(verb, plain, inputs, versions_of("isaaclab", "torch", engine, *packages))


@dataclass(frozen=True)
class EarlierRun:
    """A run that is resumed, as its file describes it."""

    manifest: RunManifest
    saved: int = 0
    """Number of demonstrations in the file."""
    next_attempt: int = 0
    """Number of the first attempt to make."""
    after_saved: int = 0
    """Number after that of the last attempt which has succeeded and is in the file."""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    """The file's own attribute `mimic`."""
    done: frozenset[str] = frozenset()
    """Names of input demonstrations that are done."""


class DatasetRun:
    """A run that writes a dataset: its manifest, and the earlier run that it resumes.

    Args:
        manifest: Its manifest.
        options: Its options.
        mode: How its file is opened (`writing_mode`).
        earlier: The run that is resumed; None for a new one.

    Raises:
        OptionError: The earlier run has another manifest.
    """

    def __init__(self, manifest: RunManifest, options: Any, mode: WritingMode, earlier: EarlierRun | None = None):
        self._manifest, self._options, self._earlier = manifest, options, earlier
        self._mode: WritingMode = mode
        self.remarks: list[str] = []
        """Warnings for the user, about differences from the earlier run."""
        if earlier is not None:
            manifest.check_resumes(earlier.manifest, options.output)
            self.remarks = manifest.remarks(earlier.manifest)
        self.saved = earlier.saved if earlier else 0
        """Demonstrations that are in the file already."""
        self.next_attempt = earlier.next_attempt if earlier else 0
        """Number of the first attempt to make."""
        self.after_saved = earlier.after_saved if earlier else 0
        """Number after that of the last attempt which is among the demonstrations."""
        self.done = earlier.done if earlier else frozenset()
        """Demonstrations of the input that are done."""

    def open_file(
        self,
        info: Mapping[str, Any],
        env_args: dict,
        path: str = "",
        *,
        wanted: int = 0,
        decided: Mapping[str, Any] | None = None,
        **says: Any,
    ) -> DemoFile:
        """Open a file for the run's demonstrations; its attributes hold the manifest.

        Args:
            info: Of the open environments (`BatchedEnv.info`).
            env_args: Their metadata for robomimic.
            path: The file, if it is not the output.
            wanted: Total number of demonstrations asked for.
            decided: Resolved values of options that depend on the open environments.
            says: More attributes of a new file; a resumed file keeps its own.

        Raises:
            OptionError: The earlier run used other assets, or another engine.
            OutputError: The file cannot be written.
        """
        output = path or self._options.output
        attrs = self._attrs(info, decided or {}, says, is_new=not Path(output).exists())
        saved = self.saved if output == self._options.output else 0
        return DemoFile(output, env_args, self._mode, attrs, wanted=wanted, saved=saved)

    def _attrs(
        self, info: Mapping[str, Any], decided: Mapping[str, Any], says: Mapping[str, Any], is_new: bool
    ) -> dict[str, Any]:
        """Return the attributes to write; none if the file has them."""
        manifest = self._manifest.with_options(**decided, **_of_environments(self._options, info))
        if self._earlier is None:
            return {ATTR_PROVENANCE: {**says, MANIFEST: manifest.to_dict()}}
        manifest.check_resumes(self._earlier.manifest, self._options.output)
        there = self._earlier.provenance
        provenance = {**there, MANIFEST: manifest.going_on(self._earlier.manifest).to_dict()}
        return {ATTR_PROVENANCE: provenance} if is_new or provenance != there else {}


def _of_environments(options: Any, info: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of the manifest that the open environments resolve."""
    return {key: info[key] for key in ("physics", "assets", "ik") if key in info and key in deciding(options)}


def earlier_generation(output: str, failed: str = "") -> EarlierRun | None:
    """Read the manifest and the progress of an earlier `generate`; None if there is no file.

    Attempts are numbered, and number and seed determine an attempt. So a resumed run continues after the highest number
    in its files; attempts that were running when it was killed are not repeated.

    Args:
        output: The file of the run.
        failed: The file of its failed attempts, if these are kept.

    Raises:
        OptionError: The file was not made by `generate`.
        InputFileError: The file cannot be read.
    """
    # A run in which nothing has succeeded has no output.
    there = [path for path in (output, failed) if path and Path(path).exists()]
    if not there:
        return None
    with DatasetReader(there[0], allow_empty=True) as reader:
        provenance = _mapping(reader.data_attrs.get(ATTR_PROVENANCE))
        run = _mapping(provenance.get("generated"))
        if MANIFEST in provenance:
            manifest = RunManifest.from_dict(provenance[MANIFEST], there[0])
        elif run:
            manifest = _of_0_1_0(run)
        else:
            raise OptionError(
                "it was not made by mimic generate", where=f"--resume {there[0]}", remedy="Give another --output."
            )
    made = {}
    for path in there:
        with DatasetReader(path, allow_empty=True) as reader:
            made[path] = _attempts(reader, run)
    last = max((number for numbers in made.values() for number in numbers), default=-1)
    last_saved = max(made.get(output, ()), default=-1)
    return EarlierRun(manifest, len(made.get(output, ())), 1 + last, 1 + last_saved, provenance)


def earlier_annotation(output: str, source: str) -> EarlierRun | None:
    """Read the manifest and the progress of an earlier `annotate`; None if there is no file.

    The input may have new demonstrations since, and the output may have been edited; demonstrations in both must be the
    same.

    Args:
        output: The annotated file.
        source: The file of recorded demonstrations.

    Raises:
        OptionError: The annotated file was made from another one, or not by `annotate`.
        InputFileError: One of the files cannot be read.
    """
    if not Path(output).exists():
        return None
    done = set()
    manifest = RunManifest("annotate")
    with DatasetReader(source) as recorded, DatasetReader(output, allow_empty=True) as annotated:
        provenance = _mapping(annotated.data_attrs.get(ATTR_PROVENANCE))
        if MANIFEST in provenance:
            manifest = RunManifest.from_dict(provenance[MANIFEST], output)
        for name in annotated.episode_names:
            made = annotated_from(annotated.attrs(name))
            origin = str(made.get("from", ""))
            if origin not in recorded.episode_names or not _is_same(recorded, origin, made, annotated, name):
                raise OptionError(
                    f"its {name} was not made from a demonstration in {source}",
                    where=f"--resume {output}",
                    remedy="Give the same --input as before, or another --output.",
                )
            done.add(origin)
            if MANIFEST not in provenance and made.get("by") != "hand":
                # 0.1.0 wrote it to each demonstration.
                known = {key: made[key] for key in ("task", "physics", "assets") if key in made}
                manifest = RunManifest("annotate", known)
    return EarlierRun(manifest, len(done), provenance=provenance, done=frozenset(done))


def annotated_from(attrs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry `annotated` of a demonstration's attribute `mimic`; empty if there is none."""
    return _mapping(_mapping(attrs.get(ATTR_PROVENANCE)).get("annotated"))


def recorded_digest(reader: DatasetReader, name: str) -> str:
    """Return a hash of a recorded demonstration's actions and initial state."""
    return digest([reader.read(name, (ACTIONS, INITIAL_STATE))])


def _is_same(recorded: DatasetReader, origin: str, made: Mapping, annotated: DatasetReader, name: str) -> bool:
    """Whether an annotated demonstration was made from one that is still in the input."""
    if "sha256" in made:
        return recorded_digest(recorded, origin) == made["sha256"]
    # 0.1.0 did not save a hash of the recorded demonstration.
    return recorded.shapes(origin).get(ACTIONS) == annotated.shapes(name).get(ACTIONS)


def next_recording(output: str, task: str, seed: int) -> int:
    """Return the number of the next demonstration to be recorded into a file; 0 if there is no such file.

    Number and seed determine the initial state and all that a script does, so the same number would record the same
    demonstration again.

    Raises:
        DatasetError: The file is of another task.
        InputFileError: It cannot be read.
    """
    if not Path(output).exists():
        return 0
    with DatasetReader(output, allow_empty=True) as reader:
        check_task(reader, task, otherwise="give another --output")
        all_attrs = [reader.attrs(name) for name in reader.episode_names]
    made = [
        _mapping(_mapping(attrs.get(ATTR_PROVENANCE)).get("recorded"))
        for attrs in all_attrs
        if attrs.get(ATTR_SEED) == seed
    ]
    return 1 + max((int(origin.get("number", -1)) for origin in made), default=-1)


def _attempts(reader: DatasetReader, run: Mapping[str, Any]) -> list[int]:
    """Return the numbers of the attempts in a file of a run.

    Raises:
        OptionError: It has demonstrations of several runs, because it was merged.
    """
    found = []
    for name in reader.episode_names:
        made = _mapping(_mapping(reader.attrs(name).get(ATTR_PROVENANCE)).get("generated"))
        if any(made.get(key) != run.get(key) for key in ("seed", "mode")):
            raise OptionError(
                f"its {name} comes from elsewhere, not from the run that began it",
                where=f"--resume {reader.path}",
                remedy="Give another --output, and join the files with mimic merge.",
            )
        found.append(int(made.get("attempt", -1)))
    return found


def _of_0_1_0(run: Mapping[str, Any]) -> RunManifest:
    """Return the manifest of a run of 0.1.0, which has no hash of its sources."""
    options = {name: run[name] for name in ("task", "seed", "mode", "physics", "assets") if name in run}
    settings = _mapping(run.get("settings"))
    options |= {each.name: settings[each.name] for each in fields(GenerateOptions) if each.name in settings}
    if "planner" in run:
        options["planner"] = choice_of(run["planner"])
    inputs = {"input": InputFile(str(run["input"]))} if "input" in run else {}
    return RunManifest("generate", options, inputs, {})


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
