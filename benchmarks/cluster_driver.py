# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What the driver of `mimic generate --workers` costs, and whether it keeps up with many workers.

    python benchmarks/cluster_driver.py
    python benchmarks/cluster_driver.py --workers 64 --per-minute 10000 --saved 0 --seconds 60

The driver is the real one: it hands out attempts through Ray, hears of pieces, and merges them into a dataset file.
Its workers only sleep: an attempt ends after as long as the rate asks for. Either all of them fail, or all are saved:
their pieces then hold the demonstration that the kinematic task's generator has made in the beginning. To have room for
64 of them, they live in four of Ray's actors instead of two processes each; the driver calls an actor for each of them,
as always.

`cores` is the processor time of the driver's process, Ray's part in it and the writing of the file included, through
the time that the run took. `late` is the time from a piece's completion until the driver has it.
"""

import argparse
import pickle
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from kinematic import write_annotated
from kinematic.share import start

from isaaclab_mimic_core.cluster.crew import Crew, Worker, versions
from isaaclab_mimic_core.cluster.generate import GenerateShared
from isaaclab_mimic_core.cluster.host import Machine, Order, Report
from isaaclab_mimic_core.cluster.ray_cluster import Cluster, start_here
from isaaclab_mimic_core.events import PieceMade, ShareReady
from isaaclab_mimic_core.options import GenerateOptions
from isaaclab_mimic_core.remote.messages import Request
from isaaclab_mimic_core.stages.asked import read_episode
from isaaclab_mimic_core.stages.drive import drive
from isaaclab_mimic_core.tasks import DEFAULT_TASK

_ACTORS = 4
_NAP = 0.02


class Sleepers:
    """Workers that sleep: a Ray actor with a thread for each of them.

    Args:
        count: How many.
        folder: Where their pieces go.
        about: What they say when they are ready.
        made: A piece, what it tells and its episode.
        seconds: Time that an attempt takes.
    """

    def __init__(self, count: int, folder: str, about: dict, made: tuple, seconds: float):
        self._folder, self._about, self._made, self._seconds = Path(folder), about, made, seconds
        self._machine = Machine("here", 0, versions())
        self._free = [dict.fromkeys(range(about["num_envs"]), 0.0) for _ in range(count)]
        """When each environment of each worker has nothing to do."""
        self._due: list[list[tuple[float, int]]] = [[] for _ in range(count)]
        self._is_new = [True] * count

    def exchange(self, index: int, requests: list[Request], wait: float) -> Report:
        """As `WorkerHost.exchange`."""
        now = time.monotonic()
        until, due, free = now + wait, self._due[index], self._free[index]
        for request in requests:
            for number in request.arguments.get("numbers", ()):
                env = number % len(free)
                # The first attempts are apart, as those of a run that has been going on for a while.
                first = self._seconds * (index + env / len(free)) / len(self._free) if not free[env] else 0.0
                free[env] = max(free[env], now + first) + self._seconds
                due.append((free[env], number))
        due.sort()
        if self._is_new[index]:
            self._is_new[index] = False
            return Report(self._machine, [ShareReady(self._about)], {"steps": 0}, {}, 0.0)
        while due and due[0][0] > time.monotonic() < until:
            time.sleep(max(0.0, min(until, due[0][0]) - time.monotonic()))
        if not due:
            time.sleep(max(0.0, until - time.monotonic()))
        events = []
        while due and due[0][0] <= time.monotonic():
            events.append(PieceMade(number := due.pop(0)[1], self._write(number)))
        return Report(self._machine, events, {"steps": 0}, {}, 0.0)

    def close(self, index: int, patience: float) -> None:
        """As `WorkerHost.close`."""

    def _write(self, number: int) -> str:
        outcome, episode = self._made
        path = self._folder / f"piece_{number}.pickle"
        beside = path.with_suffix(".part")
        beside.write_bytes(pickle.dumps((replace(outcome, attempt=number), episode)))
        return str(beside.replace(path))


class SleepingCrew(Crew):
    """All workers, in a few actors."""

    def __init__(self, cluster: Cluster, order: Order, about: dict, made: tuple, seconds: float):
        self._sleeping = about, made, seconds
        super().__init__(cluster, order, 600.0, "")

    def _start(self, cluster: Cluster, order: Order) -> list[Worker]:
        import ray

        count = cluster.workers
        each = -(-count // _ACTORS)
        actor = ray.remote(Sleepers).options(max_concurrency=each, num_cpus=0)
        self._pools = [actor.remote(each, order.folder, *self._sleeping) for _ in range(_ACTORS)]

        def host(index: int) -> Any:
            pool, place = self._pools[index // each], index % each
            calls = ("exchange", "close")
            return SimpleNamespace(
                **{
                    name: SimpleNamespace(remote=lambda *given, name=name: getattr(pool, name).remote(place, *given))
                    for name in calls
                }
            )

        return [Worker(index, host(index)) for index in range(count)]

    def close(self, patience: float = 2.0) -> None:
        for pool in self._pools:
            self._ray.kill(pool)
        self.workers = []


class Driver(GenerateShared):
    """The driver of a run whose workers sleep."""

    def __init__(self, options: GenerateOptions, about: dict, made: tuple, seconds: float):
        super().__init__(options)
        self._sleeping = about, made, seconds
        self.late: list[float] = []
        """Time from the completion of each piece until it was heard of [s]."""

    def _start_crew(self, cluster: Any, text: str) -> None:
        order = Order(self.share, {}, str(self._folder), text)
        self._crew = SleepingCrew(cluster, order, *self._sleeping)
        self._resources.callback(self._end_crew)

    def _receive(self, event: PieceMade, told: Any) -> None:
        self.late.append(time.time() - Path(event.path).stat().st_mtime)
        super()._receive(event, told)


def make_one(source: Path, folder: Path) -> tuple[dict, tuple]:
    """Make an attempt that succeeds; return what its worker says of itself, and its piece."""
    about: dict = {}
    with start(task=DEFAULT_TASK, input=str(source), folder=str(folder), num_envs=1) as share:
        while True:
            for event in share.step():
                if isinstance(event, ShareReady):
                    about = event.about
                    share.request("work", numbers=list(range(8)))
                elif isinstance(event, PieceMade) and (made := read_episode(Path(event.path)))[1] is not None:
                    return about, made


def measure(
    workers: int, per_minute: float, saved: bool, seconds: float, envs: int, folder: Path, about: dict, made: tuple
) -> str:
    """Return a row of the table."""
    if not saved:
        made = replace(made[0], success=False), None
    attempts = max(1, round(per_minute * seconds / 60.0))
    takes = 60.0 * workers * envs / per_minute
    options = GenerateOptions(
        input=str(folder / "annotated.hdf5"),
        output=str(folder / f"{workers}-{per_minute:g}-{saved}.hdf5"),
        num_demos=attempts,
        max_failures=attempts,
        patience=0,
        num_envs=envs,
        workers=str(workers),
    )
    driver = Driver(options, {**about, "num_envs": envs}, made, takes)
    began: list[float] = []

    def each_step() -> None:
        if driver._generating_since and not began:
            began[:] = time.perf_counter(), time.process_time()

    ending = drive(driver, each_step=each_step)
    assert ending is not None and ending.outcome == ("done" if saved else "gave_up"), ending
    took, used = time.perf_counter() - began[0], time.process_time() - began[1]
    late = np.sort(driver.late)
    cells = [
        str(workers),
        "all" if saved else "none",
        f"{per_minute:,.0f}",
        f"{60.0 * attempts / took:,.0f}",
        f"{used / took:.3f}",
        f"{1e3 * used / attempts:.2f}",
        f"{1e3 * late[len(late) // 2]:.0f}",
        f"{1e3 * late[-1]:.0f}",
    ]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[64, 64, 4])
    parser.add_argument(
        "--per-minute", type=float, nargs="+", default=[10_000, 5000, 1000 / 60], help="for each of them"
    )
    parser.add_argument("--saved", type=int, nargs="+", default=[0, 1, 1], help="for each: whether attempts succeed")
    parser.add_argument("--num-envs", type=int, default=16, help="of each worker")
    parser.add_argument("--seconds", type=float, default=60.0, help="of work in each run")
    a = parser.parse_args()
    import ray

    torch.set_num_threads(1)
    start_here(ray, cores=_ACTORS, gpus=0)
    print("| workers | saved | attempts a minute, offered | done | cores | ms an attempt | late, median ms | worst |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_annotated(folder / "annotated.hdf5")
        about, made = make_one(folder / "annotated.hdf5", folder)
        for workers, per_minute, saved in zip(a.workers, a.per_minute, a.saved, strict=True):
            # In a slow run an environment each is enough: else the first attempt takes hours.
            envs = a.num_envs if per_minute > 100 else 1
            print(measure(workers, per_minute, bool(saved), a.seconds, envs, folder, about, made), flush=True)
    ray.shutdown()


if __name__ == "__main__":
    sys.exit(main())
