# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The command line: `mimic VERB`, one thin function a verb.

Exit status: 0 done, 1 done with findings, 2 the input was wrong (nothing is written or lost), 3 interrupted, 70 an
unexpected error (its traceback is on standard error); see `exit_status`.
"""

import importlib
import inspect
import json
import os
import shlex
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated

import tyro

from . import plugins
from .errors import MimicError, OptionError, PlatformError
from .events import StageFailed, to_json
from .exit_status import DONE, FINDINGS, INTERRUPTED, UNEXPECTED
from .option import flag
from .options import (
    EvaluateOptions,
    ExportPolicyOptions,
    GenerateOptions,
    QuickstartOptions,
    RecordOptions,
    RenderOptions,
    SimOptions,
    TeleopOptions,
    TrainOptions,
    ViewOptions,
)
from .packaging import PackageOptions, publish
from .requirements import DESKTOP, explain, how_to_get
from .sim.launching import end_isaac_sim
from .tasks import DEFAULT_TASK
from .terminal.signals import interruptible
from .terminal.streams import Streams, take_streams
from .verbs import data, descriptors
from .verbs.arguments import AnnotateArguments, PlayArguments, ReplayArguments
from .verbs.driven import DRIVEN, with_settings
from .verbs.job import FLAT, Job, Output
from .verbs.parsing import REGISTRY
from .verbs.staged import run_stage
from .version import __version__


def quickstart(options: Annotated[QuickstartOptions, FLAT], output: Annotated[Output, FLAT]) -> tuple[Job, Output]:
    """Generate demonstrations from the sample ones and write a report: the whole workflow once, small.
    $ mimic quickstart
    $ mimic quickstart --num-demos 100 --num-envs 64 --seed 7 --output outputs/first
    """

    def job(streams: Streams, output: Output) -> int:
        return run_stage("quickstart", options, streams, output, after=partial(show_next, options))

    return job, output


def teleop(options: Annotated[TeleopOptions, FLAT], output: Annotated[Output, FLAT]) -> tuple[Job, Output]:
    """Drive a task without recording.
    $ mimic teleop --teleop-device keyboard --viz viser
    """
    return lambda streams, output: run_stage("teleop", options, streams, output), output


def record(options: Annotated[RecordOptions, FLAT], output: Annotated[Output, FLAT]) -> tuple[Job, Output]:
    """Record demonstrations into a file.
    $ mimic record --teleop-device spacemouse --viz viser --num-demos 10 --output demos.hdf5
    $ mimic record --teleop-device scripted --num-demos 10 --output demos.hdf5
    """
    return lambda streams, output: run_stage("record", options, streams, output), output


def annotate(options: Annotated[AnnotateArguments, FLAT], output: Annotated[Output, FLAT]) -> tuple[Job, Output]:
    """Mark where the subtasks of recorded demonstrations end, by re-simulation or by hand.
    $ mimic annotate --input demos.hdf5 --output annotated.hdf5
    $ mimic annotate --manual --viz viser --input demos.hdf5 --output annotated.hdf5
    """

    def job(streams: Streams, output: Output) -> int:
        stage_options = options.chosen()
        if options.manual:
            from .devices.hosts.terminal import check_terminal

            check_terminal("--manual", "Start it in a terminal, or mark in the Mimic window.")
        return run_stage("annotate_by_hand" if options.manual else "annotate", stage_options, streams, output)

    return job, output


def replay(options: Annotated[ReplayArguments, FLAT], output: Annotated[Output, FLAT]) -> tuple[Job, Output]:
    """Replay demonstrations, many in parallel, and report which of them still succeed.
    $ mimic replay generated.hdf5 --validate
    $ mimic replay demos.hdf5 --by states --num-envs 1 --viz viser --episodes 3,7
    """
    return lambda streams, output: run_stage("replay", options, streams, output), output


def generate(options: Annotated[GenerateOptions, FLAT], output: Annotated[Output, FLAT]) -> tuple[Job, Output]:
    """Generate demonstrations from annotated ones.
    $ mimic generate --input annotated.hdf5 --output generated.hdf5 --num-demos 100 --num-envs 64
    """
    return lambda streams, output: run_stage("generate", options, streams, output), output


def render(options: Annotated[RenderOptions, FLAT], output: Annotated[Output, FLAT]) -> tuple[Job, Output]:
    """Render camera images of recorded demonstrations, in parallel processes.
    $ mimic render --input generated.hdf5 --output seen.hdf5
    $ mimic render --input demos.hdf5 --output seen.hdf5 --cameras cameras.yaml --size 84
    $ mimic render --input demos.hdf5 --output seen.hdf5 --randomization look.yaml --variations 4
    $ mimic render --input generated.hdf5 --video films --beside annotated.hdf5
    """
    return lambda streams, output: run_stage("render", options, streams, output), output


def train(options: Annotated[TrainOptions, FLAT], output: Annotated[Output, FLAT]) -> tuple[Job, Output]:
    """Train a policy on a dataset.
    $ mimic train --dataset generated.hdf5 --output outputs/run
    $ mimic train --dataset generated.hdf5 --output outputs/run --processes 0
    """

    def job(streams: Streams, output: Output) -> int:
        from .learning.distributed import follow
        from .learning.ranks import Ranks

        ranks = Ranks.launched()
        if ranks is None or ranks.leads:
            return run_stage("train", options, streams, output)
        # Of several processes that torchrun has started, the first one writes and speaks.
        follow(ranks)
        return DONE

    return job, output


def evaluate(options: Annotated[EvaluateOptions, FLAT], output: Annotated[Output, FLAT]) -> tuple[Job, Output]:
    """Measure how often policies succeed, and find the best of a run.
    $ mimic evaluate --checkpoints outputs/run --num-rollouts 200 --num-envs 64
    """
    return lambda streams, output: run_stage("evaluate", options, streams, output, after=_show_success), output


def play(options: Annotated[PlayArguments, FLAT], output: Annotated[Output, FLAT]) -> tuple[Job, Output]:
    """Watch a policy.
    $ mimic play --checkpoints outputs/run/best.pth
    """
    return lambda streams, output: run_stage("play", options, streams, output, after=_show_success), output


def export_policy(options: Annotated[ExportPolicyOptions, FLAT], output: Annotated[Output, FLAT]) -> tuple[Job, Output]:
    """Export a checkpoint to TorchScript or ONNX.
    $ mimic export-policy --checkpoint outputs/run/best.pth --output policy.onnx
    """

    def job(streams: Streams, output: Output) -> int:
        from .stages.learning.export_policy import export

        made = export(options)
        print(
            json.dumps(made) if output.json else f"{made['output']}  (largest difference {made['difference']:.1e})",
            file=streams.out,
        )
        return DONE

    return job, output


def view(options: Annotated[ViewOptions, FLAT], output: Annotated[Output, FLAT]) -> tuple[Job, Output]:
    """Step a task with zero or random actions, with a live view.
    $ mimic view --task Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0 --actions random
    """
    return lambda streams, output: run_stage("view", options, streams, output), output


def info(file: tyro.conf.Positional[str], output: Annotated[Output, FLAT], compare: str = "") -> tuple[Job, Output]:
    """Show the contents of a dataset and what it can be used for, or in what it differs from another one.
    $ mimic info demos.hdf5
    $ mimic info demos.hdf5 --compare annotated.hdf5
    With --compare the exit status is 1 if they differ.

    Args:
        file: The dataset.
        output: How to answer.
        compare: Another dataset: say which demonstrations are in both, and in what these differ.
    """

    def job(streams: Streams, output: Output) -> int:
        from .datasets import format_summary, summarise

        if compare:
            from .datasets.compare import compare as find_differences
            from .datasets.compare import format_differences

            found = find_differences(file, compare)
            print(json.dumps(found, allow_nan=False) if output.json else format_differences(found), file=streams.out)
            return DONE if found["same"] else FINDINGS
        summary = summarise(file)
        print(json.dumps(summary, allow_nan=False) if output.json else format_summary(summary), file=streams.out)
        return DONE

    return job, output


def doctor(output: Annotated[Output, FLAT], isaac_sim: bool = False) -> tuple[Job, Output]:
    """Report what is installed on this machine, what can run here, and what to do about the rest.
    $ mimic doctor
    $ mimic doctor --isaac-sim

    Args:
        output: How to answer.
        isaac_sim: Report on the Isaac Sim whose Python this is, to send to others; its window has a button for that.
    """

    def job(streams: Streams, output: Output) -> int:
        from .doctor import findings, format_findings, to_dicts

        if isaac_sim:
            from .doctor.isaac_sim import examine, format_report

            found = examine()
            print(json.dumps(to_dicts(found)) if output.json else format_report(found), end="", file=streams.out)
        else:
            found = findings()
            print(json.dumps(to_dicts(found)) if output.json else format_findings(found), file=streams.out)
        return FINDINGS if any(finding.level == "problem" for finding in found) else DONE

    return job, output


def devices(output: Annotated[Output, FLAT], live: bool = False, seconds: float = 0.0) -> tuple[Job, Output]:
    """List the devices that can drive a robot here, and show their readings.
    $ mimic devices
    $ mimic devices --live

    Args:
        output: How to answer.
        live: Show the readings while somebody tries the devices, until Esc.
        seconds: How long to show them; 0: until Esc or Ctrl-C.
    """

    def job(streams: Streams, output: Output) -> int:
        from .devices.listing import list_devices, to_dicts
        from .terminal.devices import format_devices, show_readings

        listed = list_devices()
        print(json.dumps(to_dicts(listed)) if output.json else format_devices(listed), file=streams.out)
        if live or seconds > 0:
            show_readings(streams.out, seconds, output.json)
        return FINDINGS if any(device.trouble for device in listed) else DONE

    return job, output


def tasks(output: Annotated[Output, FLAT], plain: bool = False) -> tuple[Job, Output]:
    """List the tasks, which of them can run here, and what the others need.
    $ mimic tasks
    $ mimic tasks --plain

    Args:
        output: How to answer.
        plain: List Isaac Lab's environments that run with a descriptor, instead; it takes half a minute.
    """

    def job(streams: Streams, output: Output) -> int:
        from .tasks.listing import format_tasks, list_environments, list_tasks

        listed = list_environments() if plain else list_tasks()
        print(json.dumps(listed) if output.json else format_tasks(listed), file=streams.out)
        return DONE

    return job, output


def task(output: Annotated[Output, FLAT]) -> tuple[Job, Output]:
    """Work on descriptors, YAML files that say what a task's subtasks are: task init, task check, task show."""

    def job(streams: Streams, output: Output) -> int:
        raise OptionError(f"say what to do: {', '.join(NESTED['task'])}", where="mimic task")

    return job, output


def package(options: Annotated[PackageOptions, FLAT], output: Annotated[Output, FLAT]) -> tuple[Job, Output]:
    """Make the archives of both extensions, in a folder that Kit installs them from.
    $ mimic package --output registry
    """

    def job(streams: Streams, output: Output) -> int:
        archives = [str(archive) for archive in publish(options)]
        print(json.dumps({"archives": archives}) if output.json else "\n".join(archives), file=streams.out)
        return DONE

    return job, output


def ui(output: Annotated[Output, FLAT], forget_imports: bool = False) -> tuple[Job, Output]:
    """Open the window: the whole workflow by mouse and keyboard, without Kit.
    $ mimic ui
    $ mimic ui --import my_tasks.py

    Args:
        output: How to answer, and what to import; the window imports it again when it is next opened.
        forget_imports: Start without the modules that earlier windows were given.
    """

    def job(streams: Streams, output: Output) -> int:
        # By name: the core does not depend on the window's package, which may not be installed.
        try:
            desktop = importlib.import_module("isaaclab_mimic_ui.desktop")
        except ModuleNotFoundError as error:
            raise PlatformError(
                "the window's package isaaclab_mimic_ui is not installed", remedy=f"Install it: {how_to_get(DESKTOP)}"
            ) from error
        return desktop.main(forget_imports)

    return job, output


def version() -> tuple[Job, Output]:
    """Print the version."""

    def job(streams: Streams, output: Output) -> int:
        print(__version__, file=streams.out)
        return DONE

    return job, Output()


VERBS: dict[str, Callable[..., tuple[Job, Output]]] = {
    "quickstart": quickstart,
    "view": view,
    "teleop": teleop,
    "record": record,
    "annotate": annotate,
    "replay": replay,
    "generate": generate,
    "render": render,
    "train": train,
    "evaluate": evaluate,
    "play": play,
    "export-policy": export_policy,
    "info": info,
    **data.VERBS,
    "doctor": doctor,
    "devices": devices,
    "tasks": tasks,
    "task": task,
    "package": package,
    "ui": ui,
    "version": version,
}

NESTED: dict[str, dict[str, Callable[..., tuple[Job, Output]]]] = {"task": descriptors.VERBS}
"""Verbs that have verbs of their own."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit status. Wrong usage is explained by the parser, which exits with 2."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    verb, verbs = arguments[0] if arguments else "", VERBS
    if verb in DRIVEN:
        try:
            verbs = VERBS | {verb: with_settings(VERBS[verb], verb, arguments[1:])}
        except MimicError as error:
            output = Output(json="--json" in arguments)
            return _refuse(error, verb, take_streams(verb, output.json, output.verbose), output)
    prog, words, help_text = "mimic", arguments, "Turn a few demonstrations into thousands."
    if verb in NESTED and len(arguments) > 1:
        prog, verbs, words, help_text = f"mimic {verb}", NESTED[verb], arguments[1:], inspect.getdoc(VERBS[verb])
    try:
        job, output = tyro.extras.subcommand_cli_from_dict(
            verbs,
            prog=prog,
            description=help_text,
            args=words,
            registry=REGISTRY,
        )
    except BrokenPipeError:
        # The reader has closed the pipe; flushing the rest must not fail again when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    streams = take_streams(verb, output.json, output.verbose)
    status = _run(job, verb, streams, output)
    end_isaac_sim(status)
    return status


def _run(job: Job, verb: str, streams: Streams, output: Output) -> int:
    """Do a verb's job; turn every error into an exit status."""
    forget = plugins.on_problem(lambda problem: print(f"mimic {verb}: warning: {problem}", file=streams.err))
    try:
        with interruptible():
            plugins.use_imports(output.imports)
            if output.imports:
                # Import at once, so that verbs which do not use plug-ins report a broken one as well.
                plugins.load()
            return job(streams, output)
    except MimicError as error:
        return _refuse(error, verb, streams, output)
    except BrokenPipeError:
        # The reader has closed the pipe, as `head` does.
        return DONE
    except KeyboardInterrupt:
        print("interrupted", file=streams.err)
        return INTERRUPTED
    except Exception as error:
        if isinstance(error, ImportError) and (lack := explain(error)):
            return _refuse(lack, verb, streams, output)
        if output.json:
            print(to_json(StageFailed(f"{type(error).__name__}: {error}")), file=streams.out)
        traceback.print_exc(file=streams.err)
        if streams.log:
            print(f"What the libraries printed: {streams.log}", file=streams.err)
        return UNEXPECTED
    finally:
        forget()


def _refuse(error: MimicError, verb: str, streams: Streams, output: Output) -> int:
    """Print an error that the user can act on."""
    if output.json:
        print(to_json(StageFailed.of(error)), file=streams.out)
    print(f"mimic {verb}: {error}", file=streams.err)
    return error.exit_code


def _show_success(summary: dict, streams: Streams) -> None:
    """Print how often each policy succeeded."""
    from .learning.results import format_table

    print(format_table(summary["results"]), file=streams.out)
    for name in ("best", "output"):
        if summary.get(name):
            print(f"{name}: {summary[name]}", file=streams.out)


def show_next(options: QuickstartOptions, summary: dict, streams: Streams) -> None:
    """Print what quickstart has made, and commands to go on with, in the same simulation."""
    usual, names = SimOptions(task=DEFAULT_TASK), ("task", "physics", "assets", "ik", "object_scale", "descriptor")
    # What is recorded next is to be in the task of the file that was read.
    made = replace(options, task=summary["task"])
    chosen = {name: getattr(made, name) for name in names if getattr(made, name) != getattr(usual, name)}
    same = "".join(f" {flag(name)} {shlex.quote(value)}" for name, value in chosen.items())
    seconds = ", ".join(f"{name} {took:.0f} s" for name, took in summary["phases"].items())
    lines = [
        "",
        f"{summary['saved']} demonstrations generated in {summary['attempts']} attempts ({seconds})",
        f"  report      {summary['report']}",
        f"  dataset     {summary['generated']}",
        f"  sources     {summary['annotated']}",
        "Next:",
        f"  mimic info {summary['generated']}",
        f"  mimic generate{same} --input {summary['annotated']} --output more.hdf5 --num-demos 100 --num-envs 64",
        f"  mimic record{same} --teleop-device scripted --output my_demos.hdf5",
    ]
    print("\n".join(lines), file=streams.out)
