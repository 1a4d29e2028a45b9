# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Base of stages whose work several workers share: hand it out, and merge what comes back in the order of its numbers.

Every worker runs a stage of its own, the share (`share.py` in the folders of `stages`). It says that it
is ready (`events.ShareReady`), is asked for numbers by the request `work`, and tells of each piece that it has made
(`events.PieceMade`). A piece counts once it is merged; what a lost worker had is done again. So the result does not
depend on how many workers there are, nor on which of them are lost.
"""

import contextlib
import glob
import json
import os
import shutil
import tempfile
import time
import uuid
from abc import abstractmethod
from collections.abc import Generator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..errors import OutputError, PlatformError
from ..events import Event, PhaseStarted, PieceMade, ShareReady, StageStarted, Warned
from ..files import FileLock
from ..option import Role, options_of
from ..plugins import environment_for_workers
from ..stages.files.in_order import InOrder
from ..stages.stage import Stage, Steps
from .crew import Crew, Told, Worker
from .hand_out import HandOut
from .host import Order, mark
from .ray_cluster import AUTO, LOCAL, Cluster, RayThread, check_workers

_PERIOD = 0.2
"""Time between two looks at the workers [s], which have enough to do until then."""
_LOCK = "lock"
"""File in the folder for pieces that its driver locks."""
_LONG_WAIT = 60.0
"""Time after which it is said that workers wait for resources [s]."""


@dataclass(frozen=True)
class Arrived:
    """A piece of the result, and who made it."""

    number: int
    path: Path
    """The piece in the driver's folder."""
    about: dict
    """What the worker's stage says about its environments."""
    maker: dict = field(default_factory=dict)
    """Worker, machine and device, for the file that says who made what."""


class SharedWork(Stage):
    """A stage that lets workers do its work.

    Args:
        options: Its options, those of workers included.
        output: The file or folder that is made; beside it lie the pieces, and the file that says who made what. Empty
            if nothing is written; the pieces are then in the system's folder for temporary files.
    """

    share = ""
    """Place of the share: `module:function`, called with its options as keyword arguments."""
    remedy = "What was reported as saved is kept; go on with --resume."
    """What to do if the run cannot go on."""

    def __init__(self, options: Any, output: str):
        super().__init__()
        check_workers(options, options.viz)
        self.options = options
        self._output, self._is_written = output, bool(output)
        beside = Path(os.path.realpath(output or os.path.join(tempfile.gettempdir(), f"mimic-{self.name}")))
        self._beside = beside.with_name(f".{beside.name}.pieces-")
        self._folder = self._beside
        self._who = beside.with_name(f"{beside.name}.workers.jsonl")
        # That of an earlier output is replaced together with it.
        self._who_mode = "a" if getattr(options, "resume", False) else "w"
        self._crew: Crew | None = None
        self._device = AUTO
        self._num_workers = 0
        self._handed = HandOut(0, 0)
        self._arrived: InOrder[Arrived] = InOrder()
        self._seen: set[int] = set()
        self._phase = "starting"
        self._created = time.perf_counter()
        self._told: set[str] = set()
        self._common: dict[str, Any] = {}
        """What workers have said of their environments and is the same for all."""
        self._unheard: list[Told] = []
        """What workers have said while this stage rested."""

    # -- for subclasses

    @abstractmethod
    def _hand_out(self) -> HandOut:
        """Return the work."""

    @abstractmethod
    def _merge(self, piece: Arrived) -> list[Event]:
        """Take the next piece, in the order of numbers, and return its events; none if it comes after the end.

        Its file is removed afterwards.
        """

    @abstractmethod
    def _poll(self) -> tuple[str, list[Event]]:
        """Return how the run ends now, empty if it goes on, and what has happened in its files."""

    @abstractmethod
    def _close(self, outcome: str) -> list[Event]:
        """Close the files; return the last events."""

    def _more_about(self, numbers: list[int]) -> dict[str, Any]:
        """Return what a worker is told of numbers that it is asked for, besides these."""
        return {}

    def _alike(self) -> tuple[str, ...]:
        """Return names of what workers say of themselves and must be the same for all."""
        return ()

    def _needs_more(self) -> bool:
        """Return whether more work is to be given out than has been."""
        return True

    def _is_over_already(self) -> bool:
        """Return whether nothing is left to do, before workers are started."""
        return False

    def _beginning(self) -> list[Event]:
        """Return events that come after the first one."""
        return []

    def _share_options(self) -> dict[str, Any]:
        """Return the options of the share, as plain data."""
        return asdict(self.options) | {"device": self._device, "workers": "", "ray": ""}

    def _block(self, count: int, most: int) -> int:
        """Return into how large blocks to divide `count` numbers, so that each worker gets two; at most `most`."""
        return max(1, min(most, -(-count // (2 * self._num_workers))))

    # -- the contract of a stage

    @property
    def due(self) -> float:
        return time.monotonic() + _PERIOD if self._crew is not None or self.paused else 0.0

    def snapshot(self) -> dict:
        workers = self._crew.workers if self._crew else []
        shown = {
            **super().snapshot(),
            "phase": self._phase,
            "elapsed_s": time.perf_counter() - self._created,
            "workers": [
                {"worker": each.index, "machine": each.machine.name if each.machine else "", "ready": each.is_ready}
                for each in workers
            ],
        }
        for name in ("steps", "steps_per_second"):
            shown[name] = sum(each.snapshot.get(name, 0) for each in workers)
        memory = [each.snapshot["memory_mb"]["ram"] for each in workers if "memory_mb" in each.snapshot]
        if memory:
            shown["memory_mb"] = {"ram": sum(memory)}
        # Whoever watches an environment watches one of the first worker's.
        if workers and "watched" in workers[0].snapshot:
            shown["watched"] = workers[0].snapshot["watched"]
        return shown

    def request(self, name: str, **arguments: Any) -> None:
        super().request(name, **arguments)
        if name in ("pause", "resume") and self._crew:
            self._crew.request(name)

    def step(self) -> list[Event]:
        """Step; while paused, only pass requests on, and keep what workers say."""
        if self._paused and self._crew is not None:
            self._unheard += self._crew.poll()
        return super().step()

    def _request(self, name: str, **arguments: Any) -> None:
        """Offer `watch(env)`: an environment of the first worker (see `SimStage`)."""
        if name == "watch":
            if self._crew and self._crew.workers:
                self._crew.request(name, self._crew.workers[:1], **arguments)
        # Pictures do not travel between machines, and no step is one of all workers.
        elif name not in ("view", "single_step"):
            super()._request(name, **arguments)

    def run(self) -> Steps:
        yield [StageStarted(self.name, asdict(self.options)), *self._beginning()]
        if self._is_over_already():
            return self._close("done")
        text = self._make_folder()
        yield [self._enter("Starting Ray" if self.options.ray in ("", LOCAL) else "Joining the Ray cluster")]
        cluster = yield from self._join()
        if cluster is None:
            return self._close("stopped")
        self._device, self._num_workers = cluster.device, cluster.workers
        self._handed = self._hand_out()
        self._start_crew(cluster, text)
        several = "1 worker" if cluster.workers == 1 else f"{cluster.workers} workers"
        yield [self._enter(f"Starting {several}")]
        outcome = "stopped"
        waits_since = time.monotonic()
        while not self._stopping:
            events = self._listen()
            if time.monotonic() - waits_since > _LONG_WAIT and (waiting := self._waiting(cluster)):
                events += waiting
            ending, more = self._poll()
            if ending:
                outcome = ending
                yield [*events, *more]
                break
            yield [*events, *more]
        self._end_crew()
        return self._close(outcome)

    # -- workers

    def _join(self) -> Generator[list[Event], None, Cluster | None]:
        """Start Ray or join a cluster. That takes seconds, in which a stop is to be answered."""
        ray = RayThread(self.options, self.options.device)
        self._resources.callback(ray.close)
        while ray.cluster is None and not self._stopping:
            ray.check()
            yield []
            time.sleep(_PERIOD)
        return ray.cluster

    def _make_folder(self) -> str:
        """Make the folder for pieces; return what is in its mark.

        Raises:
            OutputError: It cannot be made, or another driver makes this output.
        """
        text = uuid.uuid4().hex
        try:
            self._beside.parent.mkdir(parents=True, exist_ok=True)
            if self._remove_left_over() and self._is_written:
                raise OutputError(
                    "another program is writing this",
                    where=self._output,
                    remedy="Wait until it has finished, or give another output.",
                )
            # A worker of theirs that has not ended yet can make its folder again, to write a last piece.
            self._resources.callback(self._remove_left_over)
            # Only this user can write there. It gets the name by which others look for it once it is locked.
            made = Path(tempfile.mkdtemp(prefix=f"{self._beside.name.removesuffix('-')}.", dir=self._beside.parent))
            self._resources.callback(shutil.rmtree, made, ignore_errors=True)
            lock = FileLock(made / _LOCK)
            lock.acquire()
            self._resources.callback(lock.release)
            mark(made, text)
            self._folder = made.rename(self._beside.with_name(f"{self._beside.name}{text}"))
        except OSError as error:
            raise OutputError(
                f"cannot be written ({(error.strerror or str(error)).lower()})", where=str(self._folder)
            ) from error
        self._resources.callback(shutil.rmtree, self._folder, ignore_errors=True)
        return text

    def _remove_left_over(self) -> bool:
        """Remove the folders of drivers that were killed; return whether another driver makes this output."""
        others = False
        for left in self._beside.parent.glob(f"{glob.escape(self._beside.name)}*"):
            if FileLock.is_held(left / _LOCK):
                others = True
                continue
            # Its workers may still write a piece by the old name, into a folder that is being emptied.
            with contextlib.suppress(OSError):
                shutil.rmtree(left.rename(left.with_name(f"{self._beside.name}gone-{uuid.uuid4().hex}")))
        return others

    def _start_crew(self, cluster: Cluster, text: str) -> None:
        files = {} if cluster.is_local else self._files()
        order = Order(self.share, self._share_options(), str(self._folder), text, files, environment_for_workers())
        self._crew = Crew(cluster, order, self.options.worker_timeout, self.remedy)
        self._resources.callback(self._end_crew)

    def _files(self) -> dict[str, Any]:
        """Return the input files in Ray's store, by option, for machines that do not see them."""
        import ray

        named = {name for name, each in options_of(type(self.options)).items() if each.declared.role is Role.INPUT_FILE}
        paths = {name: Path(getattr(self.options, name)) for name in named if getattr(self.options, name)}
        return {name: ray.put(path.read_bytes()) for name, path in paths.items() if path.is_file()}

    def _end_crew(self) -> None:
        if self._crew is not None:
            crew, self._crew = self._crew, None
            crew.close()

    def _listen(self) -> list[Event]:
        """Hear from the workers, merge what is next, and give them more to do."""
        assert self._crew is not None
        events: list[Event] = []
        heard, self._unheard = self._unheard, []
        for told in [*heard, *self._crew.poll()]:
            events += self._hear(told)
        for piece in self._arrived.take():
            if merged := self._merge(piece):
                events += merged
                self._note(piece)
            piece.path.unlink(missing_ok=True)
        for worker in self._crew.ready:
            while (self._handed.has_returned or self._needs_more()) and self._handed.wants(worker.index):
                if not (numbers := self._handed.give(worker.index)):
                    break
                self._crew.request("work", [worker], numbers=numbers, **self._more_about(numbers))
        return events

    def _hear(self, told: Told) -> list[Event]:
        events: list[Event] = []
        for event in told.events:
            if isinstance(event, PieceMade):
                self._receive(event, told)
            elif isinstance(event, ShareReady):
                events += self._welcome(told.worker)
            elif isinstance(event, Warned) and event.message not in self._told:
                # What all workers say is said once.
                self._told.add(event.message)
                events.append(event)
            elif isinstance(event, PhaseStarted) and not self._was_ready and event.phase != self._phase:
                events.append(self._enter(event.phase))
        if told.lost:
            self._handed.lost([told.worker.index], self.remedy)
            events.append(Warned(told.lost))
        return events

    @property
    def _was_ready(self) -> bool:
        return self._crew is not None and bool(self._crew.ready)

    def _welcome(self, worker: Worker) -> list[Event]:
        """Answer a worker that has become ready.

        Raises:
            PlatformError: It would do something else than another worker.
        """
        assert self._crew is not None
        same = {name: worker.about.get(name) for name in self._alike()}
        self._common = self._common or same
        for name, value in same.items():
            if value != self._common[name]:
                raise PlatformError(
                    f"{worker} has {name} {value}, another one {self._common[name]}",
                    remedy="Say by options what every worker shall use.",
                )
        # It may have been started again without anybody having noticed that it was lost.
        self._handed.lost([worker.index], self.remedy)
        if self._paused:
            self._crew.request("pause", [worker])
        return []

    def _receive(self, event: PieceMade, told: Told) -> None:
        """Keep a piece until it is its turn. One that was made twice, after a worker was lost, is taken once."""
        self._handed.done(event.number)
        if event.number in self._seen:
            return
        path = self._folder / Path(event.path).name
        if path.name in told.pieces:
            beside = path.with_suffix(".part")
            beside.write_bytes(told.pieces[path.name])
            os.replace(beside, path)
        self._seen.add(event.number)
        worker = told.worker
        maker = {
            "worker": worker.index,
            "machine": worker.machine.name if worker.machine else "",
            "device": worker.about.get("device", self._device),
        }
        self._arrived.put(event.number - self._first, Arrived(event.number, path, worker.about, maker))

    @property
    def _first(self) -> int:
        """The first number."""
        return 0

    def _note(self, piece: Arrived) -> None:
        """Write down who made a piece."""
        if entry := self._entry(piece):
            with contextlib.suppress(OSError), self._who.open(self._who_mode) as file:
                file.write(json.dumps({**entry, **piece.maker}) + "\n")
            self._who_mode = "a"

    def _entry(self, piece: Arrived) -> dict[str, Any]:
        """Return what a piece is, for the file that says who made what; empty to leave it out."""
        return {}

    def _waiting(self, cluster: Cluster) -> list[Event]:
        """Say once that workers wait for resources, if some do."""
        assert self._crew is not None
        late = [worker for worker in self._crew.workers if worker.machine is None]
        message = f"{len(late)} workers wait until Ray has {_needs(cluster)} for each of them."
        if not late or "waiting" in self._told:
            return []
        self._told.add("waiting")
        return [Warned(message)]

    def _enter(self, phase: str) -> PhaseStarted:
        """Enter a phase; return its event."""
        self._phase = phase
        return PhaseStarted(phase)


def _needs(cluster: Cluster) -> str:
    names = {"num_cpus": "cores", "num_gpus": "GPUs"}
    return " and ".join(f"{value:g} {names[name]}" for name, value in cluster.needs.items() if value)
