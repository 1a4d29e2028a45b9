# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""All workers of a run: ask them, hear from them, replace those that are lost.

Ray places the workers, and starts a lost one again, on another machine if need be. What is left to do here is to notice
a worker that has stopped answering, and one that is lost again and again.
"""

import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import PlatformError, TaskError
from ..events import Event, PieceMade, ShareReady, StageFailed, StageFinished
from ..exit_status import WRONG_INPUT
from ..remote.messages import Request
from .host import Machine, Order, Report, WorkerHost, versions
from .ray_cluster import Cluster

_WAIT = 1.0
"""How long a worker waits for something to tell [s]: each answer costs the driver a millisecond."""
_MOST_LOSSES, _MOST_AT_FIRST = 6, 3
"""A worker that is lost so often without having made a piece is not started again; at first, while none was ready."""
_START = 300.0
"""Time without a sign of life that a worker may take until it is ready, if it is longer than its timeout [s]."""
_LOOK = 5.0
"""Time between two looks at whether Ray itself is there [s]."""
_SILENCE, _CONNECT = 30.0, 0.5
"""Time after which a head that cannot be reached is gone, and that a look at it may take [s]."""
_PAUSE = 1.0
"""Time until a lost worker is asked again, times the number of its losses [s]."""


@dataclass
class Worker:
    """One worker."""

    index: int
    host: Any
    machine: Machine | None = None
    """Where it runs, or ran before it was lost; None until it has answered."""
    is_there: bool = False
    """Whether it has answered since it was started."""
    is_ready: bool = False
    """Whether it can be given work."""
    about: dict = field(default_factory=dict)
    """What its stage says about its environments."""
    snapshot: dict = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    """What to tell it next."""
    answer: Any = None
    """Ray's reference of the answer that is awaited."""
    asked: float = 0.0
    """`time.monotonic()` of that question, or of the next one if no answer is awaited."""
    is_leaving: bool = False
    """Whether it has been told to end and be started again."""
    losses: int = 0
    """How often it was lost since it last made a piece."""

    def __str__(self) -> str:
        return f"worker {self.index}" + (f" on {self.machine.name}" if self.machine else "")


@dataclass(frozen=True)
class Told:
    """What came from a worker."""

    worker: Worker
    events: Sequence[Event] = ()
    pieces: dict[str, bytes] = field(default_factory=dict)
    lost: str = ""
    """Why the worker was lost, if it was: what it was doing has to be done again."""


class Crew:
    """Runs the same stage in all workers.

    Args:
        cluster: Where.
        order: What to run.
        timeout: Time without a sign of life after which a worker is replaced [s].
        remedy: What to do if the run cannot go on.
    """

    def __init__(self, cluster: Cluster, order: Order, timeout: float, remedy: str):
        import ray

        self._ray, self._timeout, self._remedy = ray, timeout, remedy
        self._head = cluster.head
        # Ray starts a lost worker with it again, and forgets the input files in it once nobody here has it.
        self._order = order
        self.workers = self._start(cluster, order)
        """Those that are left."""
        self._was_ready = False
        self._withheld: dict[str, Told] = {}
        """Why workers have failed before any was ready."""
        self._next_look = 0.0
        self._head_seen = time.monotonic()

    def _start(self, cluster: Cluster, order: Order) -> list[Worker]:
        actor = self._ray.remote(WorkerHost)
        actor = actor.options(max_restarts=-1, scheduling_strategy="SPREAD", **cluster.needs)
        return [Worker(index, actor.remote(order)) for index in range(cluster.workers)]

    @property
    def ready(self) -> list[Worker]:
        """Workers that can be given work."""
        return [worker for worker in self.workers if worker.is_ready]

    def request(self, name: str, workers: Sequence[Worker] | None = None, **arguments: Any) -> None:
        """Ask workers for something, all of them by default (see `Stage.request`)."""
        for worker in self.workers if workers is None else workers:
            worker.requests.append(Request(name, arguments))

    def poll(self) -> list[Told]:
        """Return what has come from the workers since the last call. Does not block.

        Raises:
            MimicError: No worker can do the work, or none is left.
        """
        try:
            self._check_machines()
            answers = [worker.answer for worker in self.workers if worker.answer is not None]
            # One question for all of them: with many workers it is the most of what a look costs.
            ready = self._ray.wait(answers, num_returns=len(answers), timeout=0)[0] if answers else []
            there = set(ready)
            told = [told for worker in list(self.workers) for told in self._poll(worker, there)]
            if self._was_ready and self._withheld:
                told += self._withheld.values()
                self._withheld = {}
            return told
        except self._ray.exceptions.RayError as error:
            raise PlatformError(f"Ray itself has failed ({_last_line(error)})", remedy=self._remedy) from error

    def _check_machines(self) -> None:
        """See to it that nobody waits for a Ray that is gone: for its head, or a machine to start a worker on.

        Raises:
            PlatformError: There is none.
        """
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + _LOOK
        if self._head and not _answers(self._head):
            # Ray itself ends this program without a word, some time later (`ray_cluster`).
            if time.monotonic() - self._head_seen > _SILENCE:
                what = f"Ray itself has ended: its head {self._head} does not answer"
                raise PlatformError(what, remedy=self._remedy)
            return
        self._head_seen = time.monotonic()
        if all(worker.is_there for worker in self.workers):
            return
        if not any(node["Alive"] for node in self._ray.nodes()):
            raise PlatformError("Ray itself has ended: it has no machine left", remedy=self._remedy)

    def _poll(self, worker: Worker, there: set[Any]) -> Iterator[Told]:
        """Ask a worker, or take its answer, which is `there` or not."""
        if worker.answer is None:
            self._ask(worker)
        elif worker.answer in there:
            # Asked again at the next look, together with what it is given to do in between.
            yield self._take(worker)
        elif worker.is_there and time.monotonic() - worker.asked > self._timeout:
            self._ray.kill(worker.host, no_restart=False)
            yield self._lose(worker, f"no answer for {self._timeout:g} s")

    def close(self, patience: float = 2.0) -> None:
        """End all workers, after waiting up to `patience` seconds for their stages to stop."""
        endings = [worker.host.close.remote(patience) for worker in self.workers]
        # A worker that does not answer is killed by Ray, and so is what it has started.
        self._ray.wait(endings, num_returns=len(endings), timeout=patience + 6.0) if endings else None
        for worker in self.workers:
            self._ray.kill(worker.host, no_restart=True)
        self.workers = []

    def _ask(self, worker: Worker) -> None:
        if worker in self.workers and time.monotonic() >= worker.asked:
            requests, worker.requests = worker.requests, []
            worker.answer = worker.host.exchange.remote(requests, _WAIT)
            worker.asked = time.monotonic()

    def _take(self, worker: Worker) -> Told:
        """Take an answer."""
        answer, worker.answer = worker.answer, None
        if worker.is_leaving:
            worker.is_leaving = False
            return Told(worker)
        try:
            report: Report = self._ray.get(answer)
        except self._ray.exceptions.RayTaskError as error:
            # Our own code failed there; a worker that was started again would fail as well.
            return self._retire(worker, _last_line(error))
        except self._ray.exceptions.ActorUnavailableError:
            if worker.is_there:
                return self._lose(worker, "lost (ActorUnavailableError)")
            # It is being started again.
            worker.asked = time.monotonic() + _PAUSE
            return Told(worker)
        except self._ray.exceptions.RayError as error:
            if getattr(error, "actor_init_failed", False):
                # It cannot be made there, and could not a second time.
                return self._retire(worker, _last_line(error))
            # The actor, its process or its machine is gone, or what it has answered.
            return self._lose(worker, f"lost ({type(error).__name__})")
        if worker.is_there and report.machine != worker.machine:
            # Ray has started it again since its last answer.
            worker.is_ready = False
        worker.machine, worker.snapshot, worker.is_there = report.machine, report.snapshot, True
        check_versions(worker, report.machine)
        for event in report.events:
            if isinstance(event, ShareReady):
                worker.is_ready = self._was_ready = True
                worker.about = event.about
            elif isinstance(event, PieceMade):
                worker.losses = 0
        ending = report.events[-1] if report.events else None
        if isinstance(ending, StageFailed):
            return self._failed(worker, report, ending)
        if isinstance(ending, StageFinished):
            # Nobody has asked it to stop.
            return self._give_up(worker, report, "its stage has ended")
        if report.silent_s > (self._timeout if worker.is_ready else max(self._timeout, _START)):
            return self._give_up(worker, report, f"no sign of life for {report.silent_s:.0f} s")
        return Told(worker, report.events, report.pieces)

    def _failed(self, worker: Worker, report: Report, ending: StageFailed) -> Told:
        """Handle the end of a worker's process with an error."""
        if ending.exit_code != WRONG_INPUT:
            return self._give_up(worker, report, ending.message.splitlines()[0].rstrip("."))
        if not self._was_ready:
            # Wrong input is wrong for all: the next one says the same. A full disk is that of one machine.
            if len(self.workers) == 1 or ending.message in self._withheld:
                raise TaskError(ending.message)
            self._withheld[ending.message] = self._retire(worker, ending.message)
            return Told(worker)
        told = self._retire(worker, ending.message)
        return Told(worker, report.events[:-1], report.pieces, told.lost)

    def _give_up(self, worker: Worker, report: Report, why: str) -> Told:
        """Let a worker end that does not work, and be started again."""
        told = self._lose(worker, why)
        if worker in self.workers:
            worker.answer, worker.is_leaving = worker.host.give_up.remote(), True
        events = [event for event in report.events if not isinstance(event, StageFailed | StageFinished)]
        return Told(worker, events, report.pieces, told.lost)

    def _lose(self, worker: Worker, why: str) -> Told:
        worker.losses += 1
        if worker.losses >= (_MOST_LOSSES if self._was_ready else _MOST_AT_FIRST):
            return self._retire(worker, why)
        lost = f"{worker}: {why}; it is started again, and what it was doing is done again"
        self._forget(worker)
        return Told(worker, lost=lost)

    def _retire(self, worker: Worker, why: str) -> Told:
        """Go on without a worker.

        Raises:
            MimicError: It was the last one.
        """
        self._ray.kill(worker.host, no_restart=True)
        self.workers.remove(worker)
        if not self.workers:
            remedy = self._remedy if self._was_ready else None
            raise PlatformError(f"no worker is left; {worker}, the last one: {why}", remedy=remedy)
        lost = f"{worker}: {why}; the run goes on without it"
        self._forget(worker)
        return Told(worker, lost=lost)

    def _forget(self, worker: Worker) -> None:
        """Forget what is known of a worker that is lost."""
        worker.answer, worker.is_there, worker.is_ready = None, False, False
        worker.requests, worker.snapshot = [], {}
        worker.asked = time.monotonic() + _PAUSE * worker.losses


def check_versions(worker: Worker, machine: Machine) -> None:
    """See to it that a worker runs the same program.

    Raises:
        PlatformError: It runs another version.
    """
    ours = versions()
    names = [name for name in ours | machine.versions if ours.get(name) != machine.versions.get(name)]
    if names:
        there = ", ".join(
            f"{name} {machine.versions.get(name, 'none')}, here {ours.get(name, 'none')}" for name in names
        )
        raise PlatformError(f"{worker} has {there}", remedy="Install the same version on all machines of the cluster.")


def _answers(address: str) -> bool:
    """Return whether somebody listens at `host:port`."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT).close()
    except OSError:
        return False
    return True


def _last_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1][:300]
