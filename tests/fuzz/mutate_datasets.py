# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Every verb that reads a dataset file, on thousands of mutated ones.

    python tests/fuzz/mutate_datasets.py --files 5000 --seed 1

Each file goes through all verbs in a forked child; those that simulate or train run up to the point where that would
start. A failure is an exception that is not a `MimicError`, an error of more than two lines, a child that dies or does
not end, memory beyond the limit, a file outside the child's own folder that is opened or written, or an input that is
changed. File N of a seed is always the same: `--only N` runs it alone, and `--keep FOLDER` keeps the files that failed.
"""

import argparse
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
PATIENCE = 120
"""[s] of a file's verbs together; on a quiet machine they take a second."""
MEMORY = 1 << 30
"""[bytes] that a file's verbs may take."""


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
        *(info, check, select, drop, merge, merge_forced, convert, convert_actions, export_lerobot, export_mp4),
        *(annotate, annotate_by_hand, generate, replay, replay_states, train),
    )
}
LIGHT = ("info", "check", "select", "drop", "merge", "merge_forced", "convert")
"""Those that need neither torch nor lerobot."""


def _to(folder: Path) -> Any:
    from isaaclab_mimic_core.options import Destination

    return Destination(output=str(folder / "out.hdf5"))


# -- good files


def make_sources(folder: Path) -> list[Path]:
    """Make the files to mutate: annotated ones of a few samples, in our own and in older HDF5's format."""
    poses = np.tile(np.eye(4, dtype="f4"), (SAMPLES, 1, 1))
    names = ("eef_pose/franka", "target_eef_pose/franka", *(f"object_pose/cube_{number}" for number in (1, 2, 3)))
    annotation = {f"obs/datagen_info/{name}": poses for name in names}
    for rise, name in ((3, "grasp_1"), (6, "stack_1"), (9, "grasp_2")):
        annotation[f"obs/datagen_info/subtask_term_signals/{name}"] = np.arange(SAMPLES) >= rise
    with DatasetReader(SAMPLE) as reader:
        env_args = reader.env_args
        demos = [reader.read(name) for name in reader.episode_names[:DEMOS]]
    episodes = [
        Episode(
            {path: values if len(values) == 1 else values[:SAMPLES] for path, values in demo.data.items()} | annotation,
            demo.attrs,
        )
        for demo in demos
    ]
    episodes[1].data["obs/camera"] = np.zeros((SAMPLES, 8, 8, 3), "u1")
    for one in episodes:
        one.data.setdefault("obs/camera", np.zeros((SAMPLES, 8, 8, 3), "u1"))
    config = json.loads(CONFIG.read_text())
    config["train"]["batch_size"] = 4
    (folder / CONFIG.name).write_text(json.dumps(config))
    ours, older = folder / "ours.hdf5", folder / "older.hdf5"
    with DatasetWriter(ours, env_args) as writer:
        for one in episodes:
            writer.add(one)
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


def _child(path: Path, good: Path, folder: Path, verbs: Iterable[str], lines: int) -> None:
    """Run verbs one after another and write one line of JSON about each."""
    os.chdir(folder)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(PATIENCE)
    outside: list[str] = []
    lock = str(path.with_name(f".{path.name}.lock"))  # Whether somebody writes the file is looked up there.
    readable = [str(ROOT), sys.prefix, sys.base_prefix, "/proc/", "/sys/", "/etc/", "/usr/", "/dev/", "/lib"]
    sys.addaudithook(
        _hook([str(folder), os.environ["MIMIC_CACHE"], "/dev/null"], [*readable, str(path.parent), lock], outside)
    )
    before = hashlib.sha256(path.read_bytes()).digest()
    for name in verbs:
        os.write(lines, json.dumps({"verb": name}).encode() + b"\n")
        room = folder / name
        room.mkdir()
        said = io.StringIO()
        answer: dict[str, Any] = {"verb": name}
        began = time.perf_counter()
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
        if outside:
            answer["failure"] = f"outside its folder: {outside[:3]}"
            outside.clear()
        if hashlib.sha256(path.read_bytes()).digest() != before:
            answer["failure"] = "the input was changed"
        answer["seconds"] = round(time.perf_counter() - began, 3)
        os.write(lines, json.dumps(answer).encode() + b"\n")
        shutil.rmtree(room, ignore_errors=True)


def mutate_in_child(source: Path, target: Path, bait: Path, rng: random.Random) -> str:
    """Call `mutate` in a forked child: what HDF5 opens for it must not stay open here, and in the children to come."""
    incoming, outgoing = os.pipe()
    if (child := os.fork()) == 0:
        signal.alarm(PATIENCE)
        try:
            with os.fdopen(outgoing, "w") as answer:
                answer.write(mutate(source, target, bait, rng))
            os._exit(0)
        finally:
            traceback.print_exc()
            os._exit(1)
    os.close(outgoing)
    with os.fdopen(incoming) as answer:
        what = answer.read()
    _, status = os.waitpid(child, 0)
    if status:
        raise RuntimeError(f"{target} could not be made")
    return what


def run_file(path: Path, good: Path, folder: Path, verbs: list[str], watch: Watch) -> tuple[list[dict], float]:
    """Run verbs on a file in a forked child; what goes wrong with the child itself is the failure of its last verb.

    Returns:
        What each verb answered, and the child's peak memory [bytes].
    """
    folder.mkdir()
    incoming, outgoing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(incoming)
            _child(path, good, folder, verbs, outgoing)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(outgoing)
    with os.fdopen(incoming, "rb") as answers:
        lines = [json.loads(line) for line in answers]
    _, status, usage = os.wait4(child, 0)
    found = [line for line in lines if len(line) > 1]
    if status:
        what = f"died of signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "ended early"
        what = f"did not end within {PATIENCE} s" if os.WTERMSIG(status) == signal.SIGALRM else what
        found.append({"verb": lines[-1]["verb"] if lines else "?", "failure": what})
    if touched := watch.touched():
        found[-1]["failure"] = f"opened the bait: {', '.join(sorted(touched))}"
    if usage.ru_maxrss * 1024 > MEMORY:
        found[-1]["failure"] = f"took {usage.ru_maxrss >> 10} MB of memory"
    shutil.rmtree(folder, ignore_errors=True)
    return found, usage.ru_maxrss * 1024.0


def prepare(verbs: Iterable[str], cache: Path) -> None:
    """Import once what the children need, and stop stages where simulation or training would start."""
    for name in ("MIMIC_CACHE", "HF_HOME", "MPLCONFIGDIR"):
        os.environ[name] = str(cache)
    cache.mkdir()
    os.environ.update({"HF_HUB_OFFLINE": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1", "TQDM_DISABLE": "1"})

    def reached(*_: Any, **__: Any) -> None:
        raise Reached

    for name in ("cli", "datasets.edit", "datasets.export", "datasets.check", "verbs.data", "stages"):
        importlib.import_module(f"isaaclab_mimic_core.{name}")
    if set(verbs) - set(LIGHT):
        import matplotlib.pyplot  # noqa: F401
        import torch

        from isaaclab_mimic_core.stages.sim_stage import SimStage

        # After a fork no thread but one is there.
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
        from isaaclab_mimic_core.learning.robomimic.trainer import Trainer

        assert callable(Trainer.rehearse)
        Trainer.rehearse = reached
    if "export_lerobot" in verbs:
        import lerobot.datasets.lerobot_dataset  # noqa: F401


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
    began, failures, answers = time.monotonic(), 0, Counter()
    slowest, largest = (0.0, ""), (0.0, 0)
    with tempfile.TemporaryDirectory(prefix="mutated") as made:
        work = Path(made)
        make_bait(work / "bait")
        (work / "in").mkdir()
        sources = make_sources(work / "in")
        prepare(verbs, work / "cache")
        watch = Watch(work / "bait")
        for number in numbers:
            rng = random.Random(f"{options.seed} {number}")
            path = work / "in" / "mutated.hdf5"
            what = mutate_in_child(rng.choice(sources), path, work / "bait", rng)
            watch.touched()
            start = number * (options.each or 0) % len(verbs)
            some = [*verbs[start:], *verbs[:start]][: options.each]
            found, memory = run_file(path, sources[0], work / "out", some, watch)
            largest = max(largest, (memory, number))
            for answer in found:
                answers[answer["verb"], str(answer.get("status", "FAILED"))] += 1
                slowest = max(slowest, (answer.get("seconds", 0.0), f"{answer['verb']} of file {number}"))
                if "failure" in answer:
                    failures += 1
                    print(f"file {number}, {answer['verb']}: {answer['failure'].strip()}\n    {what}", flush=True)
            if options.keep and any("failure" in answer for answer in found):
                options.keep.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, options.keep / f"{options.seed}_{number}.hdf5")
            path.unlink()
            if (number + 1) % 100 == 0:
                print(f"{number + 1} files, {time.monotonic() - began:.0f} s, {failures} failures", flush=True)
    for verb in verbs:
        parts = sorted((status, count) for (name, status), count in answers.items() if name == verb)
        print(f"  {verb:<18}{', '.join(f'{status}: {count}' for status, count in parts)}")
    print(
        f"{len(numbers)} files, {sum(answers.values())} runs, {failures} failures in {time.monotonic() - began:.0f} s; "
        f"most memory {largest[0] / 2**20:.0f} MB (file {largest[1]}), slowest {slowest[0]:.1f} s ({slowest[1]})"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
