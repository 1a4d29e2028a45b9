# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Train in several processes, each with a share of every batch (data parallelism).

Every process holds the dataset and the model. They split the batches that one process would draw, and average the
gradients, so the weights are those of one process but for the order of summation. The process of rank 0 does what is
done once: files, events, evaluations. It tells the others which steps to make, some at a time, so that it can stop or
rest between any two steps although the others know neither clock nor requests.
"""

import contextlib
import io
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from ..errors import MimicError, PlatformError
from ..files import file_hash
from ..flat_paths import flatten
from ..run_manifest import versions_of
from .api import DistributedTraining, Plan, Request
from .learners import get_learner
from .ranks import GO_ON, RankLost, Ranks

_GROWTH = 2
"""How much longer the next slice may be than the last one [steps]."""


class LeadingTraining:
    """The training of rank 0 (`learning.api.Training`): what it does, the others do with it.

    Args:
        training: Its own part.
        ranks: The processes.
    """

    def __init__(self, training: DistributedTraining, ranks: Ranks):
        self._training, self._ranks = training, ranks
        self._steps = 1
        """How many steps the next slice has."""
        self._together = True
        """Whether the others still follow."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._training, name)

    def begin_epoch(self) -> None:
        """Start the next epoch everywhere."""
        with self._telling("begin_epoch"):
            self._training.begin_epoch()

    def advance(self, seconds: float) -> bool:
        """Train for about so many seconds; return whether the epoch is over."""
        steps = self._steps
        with self._telling("make_steps", steps):
            began = time.perf_counter()
            over = self._training.make_steps(steps)
            took = max(time.perf_counter() - began, 1e-6)
        # A slice in which the epoch ended had fewer steps: how many fit into the time is not known.
        most = steps if over else _GROWTH * steps
        self._steps = max(1, min(most, int(steps * seconds / took)))
        return over

    def load_state(self, path: Path) -> dict:
        """Load a saved state, and give it to the others, who may not see the file."""
        with self._telling("load_state", path.read_bytes()):
            return self._training.load_state(path)

    def close(self) -> None:
        """Let the others end."""
        if self._together:
            self._together = False
            with contextlib.suppress(MimicError):
                self._ranks.tell(None)
        self._ranks.leave()

    @contextlib.contextmanager
    def _telling(self, *words: Any) -> Iterator[None]:
        """Tell the others what to do, and do it. If that fails, it fails there, too, or one of them has ended."""
        try:
            self._ranks.tell(words)
            with self._ranks.guarded():
                yield
        except BaseException as error:
            self._together = False
            if isinstance(error, RankLost):
                # By now there is a run to resume.
                error.remedy = GO_ON
            raise


def lead(plan: Plan, learner: str, request: Request) -> LeadingTraining:
    """Begin a training in all processes, for the one of rank 0.

    Args:
        plan: Its plan.
        learner: The learner's name.
        request: What the plan was made for.

    Raises:
        MimicError: It cannot be begun in one of them.
    """
    ranks = request.ranks
    assert ranks is not None, "a training in one process has no ranks"
    ranks.join()
    order = {**asdict(replace(request, ranks=None)), "begun": dict(request.begun)}
    digest = file_hash(request.dataset) if ranks.on_several_machines else ""
    ranks.tell((learner, order, plan.config, digest, _versions(), torch.get_num_threads()))
    return LeadingTraining(_begin(plan.start, ranks), ranks)


def follow(ranks: Ranks) -> None:
    """Train with the process of rank 0 until it says that it is over, or has ended."""
    try:
        ranks.join()
        learner, order, config, digest, versions, threads = ranks.hear()
        torch.set_num_threads(threads)
        device = order["device"].partition(":")[0]

        def start() -> Any:
            _check_same(order["dataset"], digest, versions, ranks)
            request = Request(**{**order, "device": ranks.device(device), "ranks": ranks})
            plan = get_learner(learner).plan(request)
            _check_config(plan, config)
            return plan.start()

        training = _begin(start, ranks)
        # Who stops all processes at once means the first one, which stops the others.
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        while (told := ranks.hear()) is not None:
            name, *arguments = told
            if name == "load_state":
                arguments = [io.BytesIO(*arguments)]
            with ranks.guarded():
                getattr(training, name)(*arguments)
    except MimicError:
        # The first process says what it is: it has the same trouble, was told it, or is the one that has ended.
        pass
    finally:
        ranks.leave()


def _begin(start: Callable[[], Any], ranks: Ranks) -> Any:
    """Begin in this process, and go on only if all could begin.

    Raises:
        MimicError: One could not.
    """
    training, trouble = None, None
    try:
        training = start()
    except MimicError as error:
        trouble = error
    said = ranks.gather(str(trouble) if trouble else "")
    if trouble is not None:
        raise trouble
    for rank, other in enumerate(said):
        if other:
            raise PlatformError(f"process {rank} of {ranks.size}: {other}")
    assert training is not None  # or there was trouble
    training.distribute(ranks)
    return training


def _versions() -> dict[str, str]:
    return versions_of("torch", "robomimic")


def _check_same(dataset: str, digest: str, versions: dict[str, str], ranks: Ranks) -> None:
    """Check that this machine has what the first process's has.

    Raises:
        PlatformError: It has another version, or another dataset.
    """
    if versions != _versions():
        raise PlatformError(
            f"has {_versions()}, the first process {versions}", remedy="Install the same versions on all machines."
        )
    if digest and ranks.local_rank == 0 and file_hash(dataset) != digest:
        raise PlatformError(
            "has other content on this machine", where=dataset, remedy="Give all machines the same file."
        )


def _check_config(plan: Plan, config: Any) -> None:
    """Check that this process would train with the configuration of the first one.

    Raises:
        PlatformError: A setting differs; names the first one that does.
    """
    ours, theirs = flatten(plan.config), flatten(config)
    for name in {**theirs, **ours}:
        if (here := ours.get(name, "left out")) != (there := theirs.get(name, "left out")):
            raise PlatformError(
                f"{name.replace('/', '.')} is {here}, in the first process {there}",
                where=plan.config_path,
                remedy="Give all machines the same --config.",
            )
