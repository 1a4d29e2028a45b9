# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Every verb that reads a dataset file, on thousands of mutated ones.

    python tests/fuzz/mutate_datasets.py --files 5000 --seed 1

Each file goes through all verbs in a child, which takes one file after another as long as nothing fails; those verbs
that simulate or train run up to the point where that would start. A failure is an exception that is not a
`MimicError`, an error of more than two lines, a child that dies or does not end, memory beyond the limit, a file
outside the child's own folder that is opened or written, an input that is changed, or a thread that is left. A file
that failed is run again in a new child, to see whether the files before it have had a share in that. File N of a seed
is always the same: `--only N` runs it alone, and `--keep FOLDER` keeps the files that failed.
"""

import argparse
import gc
import hashlib
import importlib
import io
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from mutations import make_bait, mutate
from watch import Watch

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode
from isaaclab_mimic_core.errors import MimicError
from isaaclab_mimic_core.tasks import franka_stack

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "franka_stack" / "demos.hdf5"
CONFIG = Path(franka_stack.__file__).with_name("robomimic.json")
SAMPLES, DEMOS = 12, 2
PATIENCE = 600
"""[s] of a file's verbs together; on a quiet machine they take a second, on a crowded one two minutes."""
MEMORY = 1 << 30
"""[bytes] that a file's verbs may take, with the program itself."""
GROWTH = 200 << 20
"""[bytes] that a child may keep of the files before it is replaced."""


class Reached(BaseException):
    """Simulation or training would start now."""


# -- verbs: each takes the mutated file, a good one and an empty folder, and returns the exit status


def _job(verb: str, *arguments: Any) -> int:
    """Run a verb of the command line from its parsed arguments."""
    from isaaclab_mimic_core import cli
    from isaaclab_mimic_core.terminal.streams import Streams
    from isaaclab_mimic_core.verbs.job import Output

    job, _ = cli.VERBS[verb](*arguments)
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="replace")
    status = 0
    # As text and as JSON, for what is printed comes from the file, too.
    for as_json in (False, True) if verb in ("info", "check") else (False,):
        status = job(Streams(out, out, None), Output(json=as_json))
    return status


def _stage(name: str, options: Any) -> int:
    from isaaclab_mimic_core.stages import create_with
    from isaaclab_mimic_core.stages.drive import drive

    drive(create_with(name, options))
    return 0


def info(path: Path, good: Path, folder: Path) -> int:
    return _job("info", str(path), None)


def check(path: Path, good: Path, folder: Path) -> int:
    from isaaclab_mimic_core.options import Thresholds

    return _job("check", str(path), Thresholds(), None)


def select(path: Path, good: Path, folder: Path) -> int:
    from isaaclab_mimic_core.options import Selection, Thresholds

    wanted = Selection(success=True, where=("num_samples<300",))
    return _job("select", str(path), wanted, _to(folder), None, Thresholds())


def drop(path: Path, good: Path, folder: Path) -> int:
    from isaaclab_mimic_core.options import Selection, Thresholds

    return _job("drop", str(path), Selection(findings=("damaged", "rows", "missing")), _to(folder), None, Thresholds())


def merge(path: Path, good: Path, folder: Path) -> int:
    return _job("merge", (str(good), str(path)), _to(folder), None, False)


def merge_forced(path: Path, good: Path, folder: Path) -> int:
    return _job("merge", (str(path), str(good)), _to(folder), None, True)


def convert(path: Path, good: Path, folder: Path) -> int:
    from isaaclab_mimic_core.options import ConvertOptions

    return _job("convert", str(path), ConvertOptions(task="Another-v0"), _to(folder), None)


def convert_actions(path: Path, good: Path, folder: Path) -> int:
    from isaaclab_mimic_core.options import ConvertOptions

    return _job("convert", str(path), ConvertOptions(actions="pose_abs"), _to(folder), None)


def export_lerobot(path: Path, good: Path, folder: Path) -> int:
    from isaaclab_mimic_core.options import ExportOptions

    return _job("export", str(path), ExportOptions(output=str(folder / "lerobot")), None)


def export_mp4(path: Path, good: Path, folder: Path) -> int:
    from isaaclab_mimic_core.options import ExportOptions

    return _job("export", str(path), ExportOptions(format="mp4", output=str(folder / "videos")), None)


def export_rerun(path: Path, good: Path, folder: Path) -> int:
    from isaaclab_mimic_core.options import ExportOptions

    return _job("export", str(path), ExportOptions(format="rerun", output=str(folder / "rerun")), None)


def annotate(path: Path, good: Path, folder: Path) -> int:
    from isaaclab_mimic_core.options import AnnotateOptions

    return _stage("annotate", AnnotateOptions(input=str(path), output=str(folder / "out.hdf5")))


def annotate_by_hand(path: Path, good: Path, folder: Path) -> int:
    from isaaclab_mimic_core.options import AnnotateByHandOptions

    options = AnnotateByHandOptions(input=str(path), output=str(folder / "out.hdf5"), marks=str(path))
    return _stage("annotate_by_hand", options)


def generate(path: Path, good: Path, folder: Path) -> int:
    from isaaclab_mimic_core.options import GenerateOptions

    return _stage("generate", GenerateOptions(input=str(path), output=str(folder / "out.hdf5")))


def replay(path: Path, good: Path, folder: Path) -> int:
    from isaaclab_mimic_core.options import ReplayOptions

    return _stage("replay", ReplayOptions(input=str(path)))


def replay_states(path: Path, good: Path, folder: Path) -> int:
    from isaaclab_mimic_core.options import ReplayOptions

    return _stage("replay", ReplayOptions(input=str(path), by="states"))


def train(path: Path, good: Path, folder: Path) -> int:
    from isaaclab_mimic_core.options import TrainOptions

    return _stage(
        "train", TrainOptions(dataset=str(path), output=str(folder / "run"), config=str(good.with_name(CONFIG.name)))
    )


VERBS: dict[str, Callable[[Path, Path, Path], int]] = {
    verb.__name__: verb
    for verb in (
        *(
            info,
            check,
            select,
            drop,
            merge,
            merge_forced,
            convert,
            convert_actions,
            export_lerobot,
            export_mp4,
            export_rerun,
        ),
        *(annotate, annotate_by_hand, generate, replay, replay_states, train),
    )
}
LIGHT = ("info", "check", "select", "drop", "merge", "merge_forced", "convert")
"""Those that need no torch."""


def _to(folder: Path) -> Any:
    from isaaclab_mimic_core.options import Destination

    return Destination(output=str(folder / "out.hdf5"))


# -- good files


def make_sources(folder: Path) -> list[Path]:
    """Make the files to mutate: annotated ones of a few samples, ours with pictures, and one in older HDF5's format."""
    poses = np.tile(np.eye(4, dtype="f4"), (SAMPLES, 1, 1))
    names = ("eef_pose/franka", "target_eef_pose/franka", *(f"object_pose/cube_{number}" for number in (1, 2, 3)))
    more = {f"obs/datagen_info/{name}": poses for name in names}
    for rise, name in ((3, "grasp_1"), (6, "stack_1"), (9, "grasp_2")):
        more[f"obs/datagen_info/subtask_term_signals/{name}"] = np.arange(SAMPLES) >= rise
    # What is used of the sample, and no more: each array costs each verb time.
    used = [f"obs/{name}" for name in ("eef_pos", "eef_quat", "gripper_pos", "object")]
    used += ["actions", "processed_actions", "initial_state", "states"]
    with DatasetReader(SAMPLE) as reader:
        env_args = reader.env_args
        demos = [reader.read(name, used) for name in reader.episode_names[:DEMOS]]
    episodes = [
        Episode(
            {path: values if len(values) == 1 else values[:SAMPLES] for path, values in demo.data.items()} | more,
            demo.attrs,
        )
        for demo in demos
    ]
    config = json.loads(CONFIG.read_text())
    config["train"]["batch_size"] = 4
    (folder / CONFIG.name).write_text(json.dumps(config))
    ours, older = folder / "ours.hdf5", folder / "older.hdf5"
    pictures = {"obs/camera": np.zeros((SAMPLES, 8, 8, 3), "u1")}
    with DatasetWriter(ours, env_args) as writer:
        for one in episodes:
            writer.add(Episode(one.data | pictures, one.attrs))
    with h5py.File(older, "w") as file:
        file.attrs["format_version"] = 1
        file.create_group("data").attrs.update({"total": SAMPLES * DEMOS, "env_args": json.dumps(env_args)})
        for number, one in enumerate(episodes):
            demo = file["data"].create_group(f"demo_{number}")
            demo.attrs.update({"num_samples": SAMPLES, "success": True, "seed": number})
            for path, values in one.data.items():
                demo.create_dataset(path, data=values, compression="gzip" if number else None)
    return [ours, older]


# -- a child and its watchmen


def _hook(allowed: Iterable[str], readable: Iterable[str], report: list[str]) -> Callable[[str, tuple], None]:
    """Make an audit hook that notes what is opened, written, moved, removed or started outside of `allowed`."""
    allowed, readable = tuple(allowed), (*allowed, *readable)
    changes = {"os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod"}
    started = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "socket.connect", "socket.bind"}

    def within(path: Any, places: tuple[str, ...]) -> bool:
        return isinstance(path, int) or os.path.abspath(os.fsdecode(path)).startswith(places)

    def hook(event: str, arguments: tuple) -> None:
        if event == "open" and arguments[0] is not None:
            writes = isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if not within(arguments[0], allowed if writes else readable):
                report.append(f"{'wrote' if writes else 'opened'} {arguments[0]!r}")
        elif event in changes and not within(arguments[0], allowed):
            report.append(f"{event} {arguments[0]!r}")
        elif event in started and "ffmpeg" not in str(arguments[0]):
            report.append(f"{event} {arguments[:2]!r}")

    return hook


def _run_verb(name: str, path: Path, good: Path, room: Path) -> dict[str, Any]:
    """Run a verb and say how it ended."""
    room.mkdir()
    said = io.StringIO()
    answer: dict[str, Any] = {"verb": name}
    began, spent = time.perf_counter(), _processor()
    try:
        with redirect_stdout(said), redirect_stderr(said):
            answer["status"] = VERBS[name](path, good, room)
    except MimicError as error:
        answer["status"] = error.exit_code
        if len(str(error).splitlines()) > 2 or not str(error).replace("\n", "").isprintable():
            answer["failure"] = f"not one or two lines of text: {str(error)!r}"
    except Reached:
        answer["status"] = "reached"
    except BaseException:
        answer["failure"] = traceback.format_exc()
    answer |= {"seconds": time.perf_counter() - began, "processor": _processor() - spent}
    shutil.rmtree(room, ignore_errors=True)
    return answer


def _serve(orders: int, answers: int, good: Path, folder: Path) -> None:
    """Take files to run verbs on, and write one line of JSON before each verb, after it, and after each file."""
    os.chdir(folder)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    outside: list[str] = []
    readable = [str(ROOT), sys.prefix, sys.base_prefix, "/proc/", "/sys/", "/etc/", "/usr/", "/dev/", "/lib"]
    readable += [sys.pycache_prefix] if sys.pycache_prefix else []
    allowed = [str(folder), os.environ["MIMIC_CACHE"], "/dev/null", "/proc/self/clear_refs"]
    sys.addaudithook(_hook(allowed, [*readable, str(good.parent)], outside))

    def say(line: dict[str, Any]) -> None:
        os.write(answers, json.dumps(line).encode() + b"\n")

    with os.fdopen(orders) as lines:
        for line in lines:
            path, verbs = json.loads(line)
            path = Path(path)
            signal.alarm(PATIENCE)
            limit = _memory()["VmSize"] + MEMORY
            resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
            Path("/proc/self/clear_refs").write_text("5")  # The peak counts from here.
            before = hashlib.sha256(path.read_bytes()).digest()
            for name in verbs:
                say({"verb": name})
                answer = _run_verb(name, path, good, folder / name)
                if outside:
                    answer.setdefault("failure", f"outside its folder: {outside[:3]}")
                    outside.clear()
                if threading.active_count() > 1:
                    answer.setdefault("failure", f"left a thread: {threading.enumerate()[1:]}")
                if hashlib.sha256(path.read_bytes()).digest() != before:
                    answer.setdefault("failure", "the input was changed")
                say(answer)
            signal.alarm(0)
            say({"peak": _memory()["VmHWM"], "kept": _memory()["VmRSS"]})


def _memory() -> dict[str, int]:
    """Return what the kernel says of this process's memory [bytes]."""
    lines = (line.split() for line in Path("/proc/self/status").read_text().splitlines() if line.endswith(" kB"))
    return {name.rstrip(":"): int(count) << 10 for name, count, _ in lines}


def _processor() -> float:
    """Return the processor time of this process and of the programs that it started and saw ending [s]."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class Runner:
    """Runs verbs on files, in a child that is replaced when something has failed or it has grown.

    Args:
        good: A good file, for verbs that take two.
        folder: Where the child may write.
        watch: Sees whether the bait is opened.
    """

    def __init__(self, good: Path, folder: Path, watch: Watch):
        self._good, self._folder, self._watch = good, folder, watch
        self._child = 0
        self.taken = 0
        """Files that the child has taken."""

    def run(self, path: Path, verbs: list[str]) -> tuple[list[dict], int]:
        """Run verbs on a file; what goes wrong with the child itself is the failure of its last verb.

        Returns:
            What each verb answered, and the peak of the memory [bytes].
        """
        if not self._child:
            self._start()
        self.taken += 1
        self._orders.write(json.dumps([str(path), verbs]) + "\n")
        self._orders.flush()
        found: list[dict] = []
        running, over = verbs[0], {}
        for line in self._answers:
            answer = json.loads(line)
            if "peak" in answer:
                over = answer
                break
            running = answer["verb"]
            if len(answer) > 1:
                found.append(answer)
        if not over:
            found.append({"verb": running, "failure": self._died()})
        if touched := self._watch.touched():
            found[-1]["failure"] = f"opened the bait: {', '.join(sorted(touched))}"
        peak = over.get("peak", 0)
        if peak > MEMORY:
            found[-1]["failure"] = f"took {peak >> 20} MB of memory"
        kept = over.get("kept", 0)
        self._first = self._first or kept
        if any("failure" in answer for answer in found) or kept > self._first + GROWTH:
            self.stop()
        return found, peak

    def stop(self) -> None:
        """End the child; the next file gets a new one."""
        if self._child:
            self._orders.close()
            self._answers.close()
            os.waitpid(self._child, 0)
        self._child = 0
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> None:
        self._folder.mkdir()
        orders, self._answers, self._first, self.taken = os.pipe(), os.pipe(), 0, 0
        if (child := os.fork()) == 0:
            status = 1
            try:
                os.close(orders[1])
                _serve(orders[0], self._answers[1], self._good, self._folder)
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        os.close(orders[0])
        os.close(self._answers[1])
        self._child = child
        self._orders, self._answers = os.fdopen(orders[1], "w"), os.fdopen(self._answers[0])

    def _died(self) -> str:
        _, status = os.waitpid(self._child, 0)
        self._child = 0
        if not os.WIFSIGNALED(status):
            return "ended early"
        died = os.WTERMSIG(status)
        return f"did not end within {PATIENCE} s" if died == signal.SIGALRM else f"died of signal {died}"


class Mutator:
    """Makes mutated files in a process of its own, which has imported little and is quickly forked.

    Each is made in a fork: what HDF5 opens for it must not stay open, neither there nor here.

    Args:
        sources: The good files.
        target: The file to make.
        bait: The folder that `make_bait` made.
        seed: Decides everything, with a file's number.
    """

    def __init__(self, sources: list[Path], target: Path, bait: Path, seed: int):
        orders, answers = os.pipe(), os.pipe()
        if os.fork() == 0:
            os.close(orders[1])
            with os.fdopen(orders[0]) as numbers:
                for number in numbers:
                    if (child := os.fork()) == 0:
                        signal.alarm(PATIENCE)
                        what = "?"
                        try:
                            rng = random.Random(f"{seed} {int(number)}")
                            what = mutate(rng.choice(sources), target, bait, rng)
                        except BaseException:
                            traceback.print_exc()
                        finally:
                            os.write(answers[1], what.encode() + b"\n")
                            os._exit(what == "?")
                    if os.waitpid(child, 0)[1]:
                        break
            os._exit(0)
        os.close(orders[0])
        os.close(answers[1])
        self._orders, self._answers = os.fdopen(orders[1], "w"), os.fdopen(answers[0])

    def make(self, number: int) -> str:
        """Make the file of that number; returns what was done, in words."""
        self._orders.write(f"{number}\n")
        self._orders.flush()
        if (what := self._answers.readline().rstrip()) in ("", "?"):
            raise RuntimeError(f"file {number} could not be made")
        return what


def prepare(verbs: Iterable[str], cache: Path) -> None:
    """Import once what the children need, and stop stages where simulation or training would start."""
    for name in ("MIMIC_CACHE", "HF_HOME", "MPLCONFIGDIR"):
        os.environ[name] = str(cache)
    # What Python compiles would count as written.
    sys.dont_write_bytecode = True
    cache.mkdir()
    os.environ.update({"HF_HUB_OFFLINE": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1", "TQDM_DISABLE": "1"})

    def reached(*_: Any, **__: Any) -> None:
        raise Reached

    for name in ("cli", "datasets.edit", "datasets.export", "datasets.check", "verbs.data", "stages"):
        importlib.import_module(f"isaaclab_mimic_core.{name}")
    if set(verbs) - set(LIGHT):
        import matplotlib.pyplot  # noqa: F401
        import torch
        import tqdm

        from isaaclab_mimic_core.stages.sim_stage import SimStage

        # After a fork no thread but one is there, and none shall be left.
        tqdm.tqdm.monitor_interval = 0
        torch.set_num_threads(1)
        assert callable(SimStage._open_in_parts)
        SimStage._open_in_parts = reached
        for name in (
            "annotation.automatic",
            "annotation.manual",
            "generation.generate",
            "replay.replay",
            "learning.train",
        ):
            importlib.import_module(f"isaaclab_mimic_core.stages.{name}")
    if "train" in verbs:
        # Before anything is watched: torch makes a folder for its compiler when this is imported.
        import robomimic.algo  # noqa: F401

        from isaaclab_mimic_core.learning.robomimic.trainer import Trainer

        assert callable(Trainer.rehearse)
        Trainer.rehearse = reached
    if "export_lerobot" in verbs:
        from isaaclab_mimic_core.datasets.lerobot import process
        from isaaclab_mimic_core.tasks import subtasks

        assert callable(process.find_lerobot_python)
        process.find_lerobot_python = subtasks.subtask_texts = reached
    if "export_rerun" in verbs:
        from isaaclab_mimic_core.datasets.export import rerun

        assert callable(rerun._write)
        rerun._write = reached


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbs", nargs="+", choices=[*VERBS, "light"], default=list(VERBS))
    parser.add_argument("--only", type=int, help="run this file alone")
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--each", type=int, help="verbs a file, in turn; all by default")
    parser.add_argument("--keep", type=Path, help="folder for files that failed")
    options = parser.parse_args()
    verbs = list(LIGHT) if options.verbs == ["light"] else options.verbs
    numbers = [options.only] if options.only is not None else range(options.first, options.first + options.files)
    began, failures, answers, costs = time.monotonic(), 0, Counter(), Counter()
    slowest, largest = (0.0, ""), (0, 0)
    with tempfile.TemporaryDirectory(prefix="mutated") as made:
        work = Path(made)
        make_bait(work / "bait")
        (work / "in").mkdir()
        sources = make_sources(work / "in")
        path = work / "in" / "mutated.hdf5"
        # Before anything else is imported.
        mutator = Mutator(sources, path, work / "bait", options.seed)
        prepare(verbs, work / "cache")
        # A child's collections neither look through nor touch, and so copy, what is there by now.
        gc.freeze()
        watch = Watch(work / "bait")
        runner = Runner(sources[0], work / "out", watch)
        for number in numbers:
            what = mutator.make(number)
            watch.touched()
            start = number * (options.each or 0) % len(verbs)
            some = [*verbs[start:], *verbs[:start]][: options.each]
            found, memory = runner.run(path, some)
            if (failed := any("failure" in answer for answer in found)) and runner.taken > 1:
                alone, _ = runner.run(path, some)
                if not any("failure" in answer for answer in alone):
                    what += " (only after the files before)"
            largest = max(largest, (memory, number))
            for answer in found:
                answers[answer["verb"], str(answer.get("status", "FAILED"))] += 1
                costs[answer["verb"]] += answer.get("processor", 0.0)
                slowest = max(slowest, (answer.get("seconds", 0.0), f"{answer['verb']} of file {number}"))
                if "failure" in answer:
                    failures += 1
                    print(f"file {number}, {answer['verb']}: {answer['failure'].strip()}\n    {what}", flush=True)
            if options.keep and failed:
                options.keep.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, options.keep / f"{options.seed}_{number}.hdf5")
            path.unlink()
            if (number + 1) % 100 == 0:
                print(f"{number + 1} files, {time.monotonic() - began:.0f} s, {failures} failures", flush=True)
        runner.stop()
    for verb in verbs:
        parts = sorted((status, count) for (name, status), count in answers.items() if name == verb)
        shown = ", ".join(f"{status}: {count}" for status, count in parts)
        print(f"  {verb:<18}{1000 * costs[verb] / max(1, sum(count for _, count in parts)):4.0f} ms   {shown}")
    print(
        f"{len(numbers)} files, {sum(answers.values())} runs, {failures} failures in {time.monotonic() - began:.0f} s; "
        f"{sum(costs.values()) / len(numbers):.2f} s of processor a file; "
        f"most memory {largest[0] >> 20} MB (file {largest[1]}), slowest {slowest[0]:.1f} s ({slowest[1]})"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
