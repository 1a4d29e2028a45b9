# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Verbs that check, edit and export dataset files: check, merge, select, drop, convert, export."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from ..errors import MimicError, OptionError, TaskError
from ..events import DemoExported, DemoSaved, StageFinished, Warned, to_json
from ..exit_status import DONE, FINDINGS
from ..option import check_options
from ..options import ConvertOptions, Destination, ExportOptions, ImportOptions, Selection, Thresholds
from ..terminal.signals import raise_lost_interrupt
from ..terminal.streams import Streams
from .job import FLAT, Job, Output

if TYPE_CHECKING:
    from ..datasets.edit import EditReport, Kept, TaskSpace
    from ..datasets.export import ExportReport

_File = tyro.conf.Positional[str]


def check(
    file: _File, thresholds: Annotated[Thresholds, FLAT], output: Annotated[Output, FLAT], demos: str = ""
) -> tuple[Job, Output]:
    """Find faults of demonstrations: pauses, jumps, cropped ends, missing or impossible values and more.
    $ mimic check demos.hdf5
    $ mimic check demos.hdf5 --demos 0-9 --max-pause 60
    Exit status 1 if there are errors; warnings and hints leave it at 0.

    Args:
        file: The dataset.
        demos: Names, numbers and ranges, for example 3,7,10-19; all by default.
    """

    def job(streams: Streams, output: Output) -> int:
        from ..datasets.check import check_file, format_report
        from ..datasets.edit import select_names
        from ..tasks.names import same_task

        check_options(thresholds)
        names = select_names(file, Selection(demos)) if demos else None
        report = check_file(file, thresholds, names, same_task=same_task)
        print(json.dumps(report.to_dict(), allow_nan=False) if output.json else format_report(report), file=streams.out)
        return FINDINGS if report.count("error") else DONE

    return job, output


def merge(
    files: tyro.conf.Positional[tuple[str, ...]],
    to: Annotated[Destination, FLAT],
    output: Annotated[Output, FLAT],
    force: bool = False,
) -> tuple[Job, Output]:
    """Merge datasets of the same task and layout.
    $ mimic merge first.hdf5 second.hdf5 --output both.hdf5

    Args:
        files: The datasets, in the order of the result.
        force: Merge different tasks and layouts, too; of different layouts keep the arrays that all have.
    """

    def job(streams: Streams, output: Output) -> int:
        from ..datasets.edit import merge
        from ..tasks.names import same_task

        def edit(tell: Any) -> Any:
            return merge(files, force=force, on_saved=tell, same_task=same_task, **to.arguments())

        return _edited(edit, to, streams, output)

    return job, output


def select(
    file: _File,
    selection: Annotated[Selection, FLAT],
    to: Annotated[Destination, FLAT],
    output: Annotated[Output, FLAT],
    check: Thresholds,
) -> tuple[Job, Output]:
    """Keep the demonstrations that meet all given conditions.
    $ mimic select demos.hdf5 --demos 0-9,12 --output few.hdf5
    $ mimic select demos.hdf5 --success True --where "num_samples<300" --output short.hdf5

    Args:
        file: The dataset.
        check: Limits of the check, with --findings.
    """
    return _choose("select", file, selection, to, check), output


def drop(
    file: _File,
    selection: Annotated[Selection, FLAT],
    to: Annotated[Destination, FLAT],
    output: Annotated[Output, FLAT],
    check: Thresholds,
) -> tuple[Job, Output]:
    """Leave out the demonstrations that meet all given conditions.
    $ mimic drop demos.hdf5 --demos 3 --in-place
    $ mimic drop demos.hdf5 --findings error pause --output clean.hdf5

    Args:
        file: The dataset.
        check: Limits of the check, with --findings.
    """
    return _choose("drop", file, selection, to, check), output


def convert(
    file: _File,
    options: Annotated[ConvertOptions, FLAT],
    to: Annotated[Destination, FLAT],
    output: Annotated[Output, FLAT],
) -> tuple[Job, Output]:
    """Bring a dataset up to date: quaternions wxyz to xyzw, a renamed task, joint-space actions to task space.
    $ mimic convert old.hdf5 --output new.hdf5
    $ mimic convert joints.hdf5 --actions pose_rel --task Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0 --output poses.hdf5

    Args:
        file: The dataset.
    """

    def job(streams: Streams, output: Output) -> int:
        from ..datasets.edit import Conversion, convert, parse_places

        check_options(options)
        conversion = Conversion(_task_name(options.task, file), _task_space(options), parse_places(options.quaternions))
        return _edited(lambda tell: convert(file, conversion, on_saved=tell, **to.arguments()), to, streams, output)

    return job, output


def export(file: _File, options: Annotated[ExportOptions, FLAT], output: Annotated[Output, FLAT]) -> tuple[Job, Output]:
    """Export to a LeRobot dataset, to videos of the cameras, or to files for Rerun's viewer.
    $ mimic export demos.hdf5 --format lerobot --output lerobot/stack
    $ mimic export annotated.hdf5 --format rerun --output rerun
    $ mimic export visuomotor.hdf5 --format mp4 --output videos

    Args:
        file: The dataset.
    """

    def job(streams: Streams, output: Output) -> int:
        from ..datasets.edit import select_names
        from ..datasets.export import export_mp4, export_rerun

        check_options(options)
        if not options.output:
            raise OptionError("say where the result goes", where="--output", remedy="Give a folder: --output FOLDER")
        names = select_names(file, Selection(options.demos)) if options.demos else None

        def tell(name: str, number: int, count: int) -> None:
            if output.json:
                print(to_json(DemoExported(name, number, count)), file=streams.out, flush=True)
            raise_lost_interrupt()

        common: dict[str, Any] = {
            "fps": options.fps,
            "names": names,
            "overwrite": options.overwrite,
            "on_exported": tell,
        }
        if options.format == "mp4":
            report = export_mp4(file, options.output, cameras=options.cameras, quality=options.quality, **common)
        elif options.format == "rerun":
            report = export_rerun(file, options.output, cameras=options.cameras, **common)
        else:
            report = _export_lerobot(file, options, common)
        results = [f"{report.demos} demonstrations, {report.samples} samples", *report.notes]
        _answer(StageFinished("export", "done", report.to_dict(), report.output, results=results), streams, output)
        return DONE

    return job, output


def import_dataset(
    folder: _File, options: Annotated[ImportOptions, FLAT], output: Annotated[Output, FLAT]
) -> tuple[Job, Output]:
    """Import a LeRobot dataset, or a file of Isaac Sim's Episode Recorder, to a file, without images.
    $ mimic import lerobot/stack --output demos.hdf5
    $ mimic import so101 --task My-Task-v0 --output so101.hdf5
    $ mimic import session.hdf5 --format episode-recorder --task My-Task-v0 --output seen.hdf5
    Datasets from mimic export can be replayed, annotated and generated from; others can be trained on. The Episode
    Recorder records no actions: its recordings can be looked at.

    Args:
        folder: Folder of the LeRobot dataset, or file of the Episode Recorder.
    """

    def job(streams: Streams, output: Output) -> int:
        check_options(options)
        if not options.output:
            raise OptionError("say where the result goes", where="--output", remedy="Give a file: --output FILE")

        def tell(name: str, samples: int, number: int, count: int) -> None:
            if output.json:
                event = DemoSaved(name, options.output, samples, number, count)
                print(to_json(event), file=streams.out, flush=True)
            raise_lost_interrupt()

        common: dict[str, Any] = {
            "task": options.task and _stated_name(options.task),
            "overwrite": options.overwrite,
            "on_saved": tell,
        }
        if options.format == "episode-recorder":
            report = _import_recording(folder, options, common)
        else:
            from ..datasets.lerobot import import_lerobot

            report = import_lerobot(folder, options.output, **common)
        results = [f"{report.demos} demonstrations, {report.samples} samples", *report.notes]
        _answer(StageFinished("import", "done", report.to_dict(), report.output, results=results), streams, output)
        return DONE

    return job, output


VERBS: dict[str, Callable[..., tuple[Job, Output]]] = {
    "check": check,
    "merge": merge,
    "select": select,
    "drop": drop,
    "convert": convert,
    "export": export,
    "import": import_dataset,
}


def _import_recording(file: str, options: ImportOptions, common: dict[str, Any]) -> Any:
    """Import a file of the Episode Recorder; `common` are the arguments of all importers."""
    from ..datasets.episode_recorder import import_episode_recorder
    from ..tasks.scene_assets import scene_assets

    if not options.task:
        raise OptionError(
            "say whose objects are in it", where="--task", remedy="The Episode Recorder knows prims, and no task."
        )
    return import_episode_recorder(file, options.output, scene_assets(options.task), **common)


def _choose(by: str, file: str, selection: Selection, to: Destination, thresholds: Thresholds) -> Job:
    def job(streams: Streams, output: Output) -> int:
        from ..datasets import edit
        from ..tasks.names import same_task

        check_options(thresholds)
        if selection.is_empty:
            raise OptionError(
                f"say which demonstrations to {by}",
                where=file,
                remedy="By --demos, --success, --where or --findings.",
            )
        names = edit.select_names(file, selection, thresholds, same_task)
        if by == "drop" and not names:
            # Exit 0 and a complete output, so that a script need not know whether there is something to drop.
            print(f"no demonstration of {file} meets the conditions; nothing is left out", file=streams.err)
        change = edit.select if by == "select" else edit.drop
        return _edited(lambda tell: change(file, names, on_saved=tell, **to.arguments()), to, streams, output)

    return job


def _edited(
    run: "Callable[[Callable[[Kept, int, int], None]], EditReport]", to: Destination, streams: Streams, output: Output
) -> int:
    """Run an edit. Report each saved demonstration (with --json) and the result."""

    def tell(kept: "Kept", number: int, count: int) -> None:
        if output.json:
            path = to.output or kept.file
            print(to_json(DemoSaved(kept.name, path, kept.samples, number, count)), file=streams.out, flush=True)
        raise_lost_interrupt()

    report = run(tell)
    if output.json:
        for note in report.notes:
            print(to_json(Warned(note)), file=streams.out)
    dropped = f", {len(report.dropped)} left out" if report.dropped else ""
    results = [*report.notes, f"{len(report.kept)} demonstrations{dropped}"]
    _answer(StageFinished(report.by, "done", report.to_dict(), report.output, results=results), streams, output)
    return DONE


def _answer(ending: StageFinished, streams: Streams, output: Output) -> None:
    """Print the result of a verb."""
    lines = [to_json(ending)] if output.json else [*(f"  {line}" for line in ending.results), ending.output]
    print("\n".join(lines), file=streams.out)


def _task_name(given: str, file: str) -> str:
    """Return the current id of a task; the given name if the task is unknown.

    Args:
        given: Name of the task; that in the file if empty.
        file: The dataset.
    """
    from ..datasets import DatasetReader

    with DatasetReader(file) as reader:
        stated = reader.env_name
    try:
        return _stated_name(given or stated)
    except MimicError:
        # The file names a descriptor that lies elsewhere.
        if given:
            raise
        return stated


def _stated_name(name: str) -> str:
    """Return the name by which a file states a task; the given one if the task is unknown."""
    from ..tasks.names import stated_name

    try:
        return stated_name(name)
    except TaskError:
        return name


def _task_space(options: ConvertOptions) -> "TaskSpace | None":
    from ..datasets.edit import TaskSpace

    if options.actions == "keep":
        return None
    if options.urdf:
        urdf = Path(options.urdf)
    else:
        from ..robots.franka.description import franka_description

        urdf = franka_description() / "robots" / "panda_arm_hand.urdf"
    relative = options.actions == "pose_rel"
    return TaskSpace(
        urdf=urdf,
        relative=relative,
        scale=options.action_scale,
        damping=options.damping,
        substeps=options.substeps,
        frame=options.frame,
        offset=options.offset or ((0.0, 0.0, 0.107) if relative else (0.0, 0.0, 0.0)),
        joints=options.joints,
        robot=options.robot,
        joint_scale=options.joint_scale,
        joint_offset=options.joint_offset,
    )


def _export_lerobot(file: str, options: ExportOptions, common: dict[str, Any]) -> "ExportReport":
    from ..datasets import DatasetReader
    from ..datasets.lerobot import LeRobotTerms, export_lerobot, lerobot_terms
    from ..tasks.names import find_task
    from ..tasks.subtasks import subtask_texts

    with DatasetReader(file) as reader:
        env_name, known = reader.env_name, lerobot_terms(reader)
    try:
        title = find_task(env_name).title or env_name
    except MimicError:
        title = env_name
    return export_lerobot(
        file,
        options.output,
        task=options.instruction or title,
        repo_id=options.repo_id,
        robot_type=options.robot_type,
        terms=LeRobotTerms(
            options.state or known.state,
            options.environment_state or known.environment_state,
            options.cameras or known.cameras,
        ),
        action_parts=[_action_part(text) for text in options.action_parts],
        subtask_texts=lambda: subtask_texts(env_name),
        states=options.states,
        failed=options.failed,
        **common,
    )


def _action_part(text: str) -> tuple[str, int]:
    name, colon, width = text.rpartition(":")
    if not (name and colon and width.isascii() and width.isdecimal() and int(width) > 0):
        raise OptionError(f"{text!r} is not NAME:WIDTH", where="--action-parts", remedy="For example arm:6 gripper:1")
    return name, int(width)
