# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Kill parts of runs with workers at random, and see that nothing is lost.

    python tests/fuzz/kill_workers.py --kills 50 --seed 1

Runs of `generate` (the kinematic stack task of `benchmarks/`) and of `render` (painted pictures, no simulation) take
turns, each with two workers on a Ray of its own. With `kill -9` ends, at random: the process of a worker's stage, its
actor, the raylet, Ray's head, or the driver. Where the driver has ended the run is resumed, until it has made what was
asked for. Whatever was reported as saved has to be in the file from then on; at the end the file holds every
demonstration once, and of `generate` the arrays that one process makes, bit by bit. No process may be left.

Seed and number of a driver decide what is killed; when that falls depends on the machine.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.extend(
    str((Path(__file__).parent / each).resolve()) for each in (".", "../unit/cluster", "..", "../../benchmarks")
)

import torch
from drawn import Share as Drawn
from kinematic import write_annotated
from kinematic.share import kinematic_env
from test_shared_generation import Shared as GenerateShared
from test_shared_generation import by_attempt
from waiting import LIMIT, LONG, wait_until

from isaaclab_mimic_core.cluster.render import RenderShared
from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.errors import MimicError
from isaaclab_mimic_core.events import DemoSaved, StageFailed, StageFinished, from_json, to_json
from isaaclab_mimic_core.options import GenerateOptions, RenderOptions
from isaaclab_mimic_core.sample import SAMPLE
from isaaclab_mimic_core.stages.drive import drive
from isaaclab_mimic_core.stages.generation.generate import Generate
from isaaclab_mimic_core.stages.stage import Stage

_FOLDERS = sys.path[-4:]
"""Where workers find their shares."""
KINDS = {"worker": 4, "actor": 2, "raylet": 2, "head": 1, "driver": 2}
"""What is killed, and how often in proportion."""
_ENDS_THE_RUN = ("raylet", "head", "driver")
DEMOS = 60
"""Demonstrations that a run of `generate` makes; `render` draws the ten of the sample."""
_EARLY = 0.15
"""Part of the kills that do not wait until a demonstration is saved."""


class SlowlyDrawn(Drawn):
    """Draws so slowly that a run can be killed while it does."""

    def make(self, number: int) -> Path:
        time.sleep(0.4)
        return super().make(number)


def draw(**options: Any) -> SlowlyDrawn:
    """Build the share of `render` from plain data."""
    return SlowlyDrawn(**options)


class RenderSlowly(RenderShared):
    """Its workers draw without a simulation."""

    share = "kill_workers:draw"


@dataclass
class Case:
    """A run that is resumed until it is done."""

    name: str
    options: Any
    stage: Callable[[Any], Stage]
    wanted: int

    @property
    def output(self) -> Path:
        return Path(self.options.output)

    def names(self) -> list[str]:
        """Return the demonstrations in its file."""
        if not self.output.exists():
            return []
        with DatasetReader(self.output, allow_empty=True) as reader:
            return [name for name in reader.episode_names if reader.read(name).num_samples]


def run_driver(case: Case, told: Path) -> int:
    """Drive a run in a process of its own, forked, so that it need not import anything; return its id."""
    if pid := os.fork():
        return pid
    os.setsid()
    with told.open("a", buffering=1) as file:
        try:
            resumed = replace(case.options, resume=case.output.exists())
            drive(case.stage(resumed), lambda events: [print(to_json(each), file=file) for each in events] and None)
        except MimicError as error:
            print(to_json(StageFailed(str(error))), file=file)
        except BaseException as error:
            print(to_json(StageFailed(f"unexpected: {type(error).__name__}: {error}")), file=file)
    os._exit(0)


def heard(told: Path) -> list:
    """Return the events that a driver has told."""
    lines = told.read_text().splitlines(keepends=True) if told.exists() else []
    return [from_json(line) for line in lines if line.endswith("\n")]


def processes() -> dict[int, tuple[int, str]]:
    """Return parent and command line of each process that runs."""
    found = {}
    for folder in Path("/proc").iterdir():
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (OSError, ValueError):
            continue
        if state not in "ZX" and folder.name.isdecimal():
            found[int(folder.name)] = int(parent), command
    return found


def below(pid: int, there: dict[int, tuple[int, str]]) -> dict[int, str]:
    """Return the processes that a process has started, and those that these have."""
    found = {each: command for each, (parent, command) in there.items() if parent == pid}
    for each in list(found):
        found |= below(each, there)
    return found


def victim(kind: str, driver: int, rng: random.Random) -> int | None:
    """Return the process to kill; None if there is none of its kind now."""
    if kind == "driver":
        return driver
    there = processes()
    started = below(driver, there)
    workers = sorted(pid for pid, command in started.items() if "isaaclab_mimic_core.remote.worker" in command)
    among = {
        "worker": workers,
        "actor": [there[pid][0] for pid in workers],
        "raylet": [pid for pid, command in started.items() if command.split(" ")[0].endswith("/raylet")],
        "head": [pid for pid, command in started.items() if command.split(" ")[0].endswith("/gcs_server")],
    }[kind]
    return rng.choice(among) if among else None


class Trouble(Exception):
    """Something was lost, made twice or left over."""


def run_once(
    case: Case, session: int, a: argparse.Namespace, most: int, until: float, folder: Path
) -> tuple[Counter, bool]:
    """Run or resume a case, and kill some of its processes before it ends: workers, and in the end maybe all.

    Args:
        case: The run.
        session: Number of this driver.
        a: Seed of what is killed, and its kinds.
        most: Most kills.
        until: `time.monotonic()` after which none are made.
        folder: For what the driver tells.

    Returns:
        How often what was killed; whether the run is done.
    """
    rng = random.Random(f"{a.seed} {session}")
    told = folder / f"told-{session}.jsonl"
    driver, seen = run_driver(case, told), {}
    kills: Counter[str] = Counter()

    def over() -> bool:
        seen.update(below(driver, processes()))
        return os.waitid(os.P_PID, driver, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def saved() -> int:
        return sum(isinstance(each, DemoSaved) for each in heard(told))

    while not over() and sum(kills.values()) < most and time.monotonic() < until:
        kind = rng.choices(a.kinds, [KINDS[kind] for kind in a.kinds])[0]
        early, delay, before = rng.random() < _EARLY, rng.uniform(0.0, 1.0), saved()

        def is_time(early: bool = early, before: int = before) -> bool:
            busy = any("remote.worker" in command for command in below(driver, processes()).values())
            return over() or (busy if early else saved() > before)

        wait_until(is_time, "a demonstration", limit=LONG, meanwhile=lambda: time.sleep(0.3))
        time.sleep(delay)
        if not over() and (pid := victim(kind, driver, rng)):
            os.kill(pid, signal.SIGKILL)
            kills[kind] += 1
            print(f"  {kind} killed after {saved()} of {case.wanted} were told", flush=True)
            if kind in _ENDS_THE_RUN:
                break
    wait_until(over, f"the end of the run after {dict(kills)}", meanwhile=lambda: time.sleep(0.5), limit=LONG)
    os.waitpid(driver, 0)
    wait_until(
        lambda: not set(seen) & set(processes()),
        "the end of all processes",
        meanwhile=lambda: time.sleep(0.5),
        limit=LIMIT,
    )
    events = heard(told)
    check_reported(case, events)
    done = any(isinstance(each, StageFinished) and each.outcome == "done" for each in events)
    if not done and not any(kills[kind] for kind in _ENDS_THE_RUN):
        raise Trouble(f"{case.name}: did not survive {dict(kills)}: {events[-1:]}")
    return kills, done


REPORTED: dict[Path, list[str]] = {}


def check_reported(case: Case, events: list) -> None:
    """Check that all that was reported as saved, by this driver and those before, is in the file, once."""
    reported = REPORTED.setdefault(case.output, [])
    reported += [each.name for each in events if isinstance(each, DemoSaved)]
    if twice := [name for name, count in Counter(reported).items() if count > 1]:
        raise Trouble(f"{case.name}: reported twice: {twice}")
    names = case.names()
    if missing := set(reported) - set(names):
        raise Trouble(f"{case.name}: reported and not in the file: {sorted(missing)}")
    for each in events:
        if isinstance(each, StageFailed) and each.message.startswith("unexpected"):
            raise Trouble(f"{case.name}: {each.message}")


def check_done(case: Case, expected: dict[int, dict]) -> None:
    """Check a run that is done: every demonstration once, and of `generate` what one process makes."""
    names = case.names()
    if names != [f"demo_{number}" for number in range(case.wanted)]:
        raise Trouble(f"{case.name}: the file holds {names}")
    if hidden := [path.name for path in case.output.parent.glob(".*.pieces*")]:
        raise Trouble(f"{case.name}: left over: {hidden}")
    if case.name == "render":
        with DatasetReader(case.output) as reader:
            for number, name in enumerate(names):
                pictures = reader.read(name, ["obs/table_cam"]).data["obs/table_cam"]
                if not (pictures == number).all() or len(pictures) != reader.num_samples(name):
                    raise Trouble(f"render: {name} has other pictures")
        return
    made = by_attempt(str(case.output))
    # One process counts attempts as they end, and has some more here.
    first = sorted(number for number in expected if number <= max(made))
    if list(made) != first:
        raise Trouble(f"generate: attempts {list(made)} were saved, not {first}")
    if others := [number for number in made if made[number] != expected[number]]:
        raise Trouble(f"generate: attempts {others} differ from those of one process")


def cases(folder: Path, seed: int) -> Iterator[Case]:
    """Yield runs without end."""
    write_annotated(source := folder / "annotated.hdf5")
    given = GenerateOptions(
        input=str(source), num_envs=4, seed=3, num_demos=DEMOS, workers="2", fade_noise=False, max_retries=0, patience=0
    )
    number = 0
    while True:
        yield Case("generate", replace(given, output=str(folder / f"made-{number}.hdf5")), GenerateShared, DEMOS)
        seen = RenderOptions(input=str(SAMPLE), output=str(folder / f"seen-{number}.hdf5"), workers="2")
        yield Case("render", seen, RenderSlowly, 10)
        number += 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--first", type=int, default=0, help="number of the first driver")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--minutes", type=float, default=0.0, help="make no more kills then; 0: no limit")
    a = parser.parse_args()
    torch.set_num_threads(1)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (*_FOLDERS, os.environ.get("PYTHONPATH", ""))))
    until = time.monotonic() + 60.0 * a.minutes if a.minutes else float("inf")
    kills: Counter[str] = Counter()
    runs: Counter[str] = Counter()
    session = a.first
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        every = cases(folder, a.seed)
        case = next(every)
        more = {"num_demos": DEMOS + 8, "output": str(folder / "alone.hdf5")}
        alone = replace(case.options, workers="", **more)
        with Generate(alone, kinematic_env(alone)) as stage:
            list(stage)
        expected = by_attempt(alone.output)
        try:
            while True:
                enough = sum(kills.values()) >= a.kills or time.monotonic() > until
                left = 0 if enough else a.kills - sum(kills.values())
                killed, done = run_once(case, session, a, left, until, folder)
                session, kills = session + 1, kills + killed
                what = {"run": case.name, "killed": dict(killed), "saved": len(case.names()), "done": done}
                print(json.dumps(what), flush=True)
                if done:
                    check_done(case, expected)
                    runs.update([case.name])
                    if enough:
                        break
                    case = next(every)
        except (Trouble, TimeoutError) as trouble:
            print(f"FAILED in driver {session}: {trouble}", flush=True)
            return 1
    count = sum(kills.values())
    print(f"{count} kills ({dict(kills)}), {session - a.first} drivers, runs done: {dict(runs)}; nothing lost")
    return 0


if __name__ == "__main__":
    sys.exit(main())
