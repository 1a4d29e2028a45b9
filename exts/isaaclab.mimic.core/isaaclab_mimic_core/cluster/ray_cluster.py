# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Start Ray here, or join a Ray cluster; say how many workers there are and what each of them gets."""

import ctypes
import logging
import math
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from ..errors import OptionError, PlatformError
from ..options import WorkerOptions
from ..requirements import CLUSTER, require

AUTO, LOCAL = "auto", "local"
_CLIENT = "ray://"
_MOST = 4096
_STORE_BYTES = 256 << 20
"""Shared memory of a Ray started here [bytes]: pieces go through files."""
_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_raylet_start_wait_time_s": "300",
    "RAY_worker_register_timeout_seconds": "300",
    "RAY_gcs_rpc_server_reconnect_timeout_s": "300",
}
"""Of Ray: no usage report over the network, no warning about devices of workers without a GPU, patience with a busy
machine, and with a head that is gone, without which Ray ends this program before that can be told (`Crew`)."""


@dataclass(frozen=True)
class Cluster:
    """Ray, as far as workers need to know it."""

    workers: int
    """Number of workers."""
    needs: dict[str, float]
    """What each of them asks Ray for: `num_cpus`, `num_gpus`."""
    device: str
    """Device that each of them computes on, as its option is written."""
    is_local: bool
    """Whether it runs on this machine alone, and ends with this program."""
    head: str = ""
    """`host:port` of Ray's head, which this program is connected to; empty if it is so by a client of Ray only."""


def check_workers(options: WorkerOptions, viz: str = "none") -> None:
    """Check what can be checked before Ray is started.

    Raises:
        OptionError: The number of workers is none, or an option cannot be had with workers.
        PlatformError: Ray is not installed.
    """
    wanted_workers(options)
    device = getattr(options, "device", AUTO)
    if device not in (AUTO, "cpu", "cuda"):
        raise OptionError(
            "Ray decides which GPU a worker gets", where=f"--device {device}", remedy="Use auto, cpu or cuda."
        )
    if options.ray not in ("", LOCAL) and getattr(options, "descriptor", ""):
        raise OptionError(
            "descriptors do not travel to other machines",
            where="--descriptor",
            remedy="Install the task on all machines as a package (docs/plugins.md), or use --ray local.",
        )
    if viz != "none":
        raise OptionError("workers show no live view", where=f"--viz {viz}", remedy="Leave out --workers or --viz.")
    require(CLUSTER, where="--workers" if options.workers else "--ray")


def wanted_workers(options: WorkerOptions) -> int:
    """Return how many workers are asked for; 0 for as many as there are GPUs, or cores.

    Raises:
        OptionError: It is no number.
    """
    text = options.workers or AUTO
    if text == AUTO:
        return 0
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= _MOST):
        raise OptionError(f"{text!r} is not a number from 1 to {_MOST}, nor auto", where="--workers")
    return int(text)


@contextmanager
def joined(options: WorkerOptions, device: str) -> Iterator[Cluster]:
    """Start Ray here and end it afterwards, or join the cluster that the options name.

    Args:
        options: Number of workers, and the cluster.
        device: What a worker shall compute on: auto, cpu, cuda or cuda:<index>.

    Raises:
        PlatformError: There is no such cluster, or it cannot be joined.
    """
    import ray

    is_local = options.ray in ("", LOCAL)
    # A program that uses Ray itself keeps it.
    ours = not ray.is_initialized()
    if ours:
        _start(ray, options, device) if is_local else _join(ray, options.ray)
    try:
        head = "" if options.ray.startswith(_CLIENT) else ray.get_runtime_context().gcs_address
        yield replace(_cluster(ray.cluster_resources(), options, device, is_local), head=head)
    finally:
        if ours:
            ray.shutdown()


def start_here(ray: Any, cores: int, gpus: int | None = None) -> None:
    """Start Ray on this machine.

    Args:
        ray: The module.
        cores: How many cores it shall hand out.
        gpus: How many GPUs; None for those that are there.
    """
    _set_up()
    with _own_answer_to_sigchld():
        ray.init(
            # Not the cluster that RAY_ADDRESS names, or that runs here already.
            address="local",
            num_cpus=cores,
            num_gpus=gpus,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            configure_logging=False,
            object_store_memory=_STORE_BYTES,
            # What a worker that was killed has started ends, too.
            _system_config={"kill_child_processes_on_worker_exit_with_raylet_subreaper": True},
        )


def _set_up() -> None:
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)


@contextmanager
def _own_answer_to_sigchld() -> Iterator[None]:
    """Keep what this process does when a child process ends; Ray, as it is started here, has it ignored.

    Nobody here would be told then how a child process has ended. Python sets signals in its main thread only, in which
    Ray is not started.
    """
    answer = ctypes.CDLL(None).signal
    answer.argtypes, answer.restype = (ctypes.c_int, ctypes.c_void_p), ctypes.c_void_p
    before = answer(signal.SIGCHLD, None)
    answer(signal.SIGCHLD, before)
    try:
        yield
    finally:
        answer(signal.SIGCHLD, before)


def _start(ray: Any, options: WorkerOptions, device: str) -> None:
    cores = max(len(os.sched_getaffinity(0)), wanted_workers(options))
    try:
        start_here(ray, cores, 0 if device == "cpu" else None)
    except Exception as error:
        raise PlatformError(
            f"Ray could not be started here ({_first_line(error)})",
            where="--workers",
            remedy="Ray's logs say more (docs/cluster.md).",
        ) from error


def _join(ray: Any, address: str) -> None:
    _set_up()
    try:
        with _own_answer_to_sigchld():
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, configure_logging=False)
    except Exception as error:
        raise PlatformError(
            f"this Ray cluster cannot be joined ({_first_line(error)})",
            where=f"--ray {address}",
            remedy="Give host:port of a cluster that runs the same versions of Ray and Python, or --ray local.",
        ) from error


def _cluster(there: dict[str, float], options: WorkerOptions, device: str, is_local: bool) -> Cluster:
    cores, gpus = int(there.get("CPU", 1)), int(there.get("GPU", 0))
    uses_gpus = device != "cpu" and (gpus > 0 or device != AUTO)
    if uses_gpus and not gpus:
        raise PlatformError("Ray sees no GPU", where=f"--device {device}", remedy="Use --device cpu.")
    count = wanted_workers(options) or (gpus if uses_gpus else cores)
    if not is_local:
        return Cluster(count, {"num_cpus": 1, "num_gpus": float(uses_gpus)}, "cuda" if uses_gpus else "cpu", False)
    # Here all workers run at once, so that several may share a GPU; Ray tells each how many threads it has.
    needs: dict[str, float] = {"num_cpus": max(1, cores // count)}
    if uses_gpus:
        # Ray takes parts of a GPU in steps of 0.0001.
        needs["num_gpus"] = min(1.0, math.floor(1e4 * gpus / count) / 1e4)
    return Cluster(count, needs, "cuda" if uses_gpus else "cpu", True)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")[:200]


class RayThread:
    """Holds Ray in a thread of its own.

    It starts in the background, and Ray's answer to signals, which it sets in a main thread, stays away. The thread
    lives as long as Ray is used: the system ends processes that Ray has started together with the thread that did.

    Args:
        options: Number of workers, and the cluster.
        device: What a worker shall compute on.
    """

    def __init__(self, options: WorkerOptions, device: str):
        self.cluster: Cluster | None = None
        """Ray; None until it is there."""
        self._error: BaseException | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(options, device), name="ray", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise what has gone wrong.

        Raises:
            PlatformError: There is no such cluster, or it cannot be joined.
        """
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """End a Ray that was started here, or leave the cluster."""
        self._end.set()
        # One that is still being started ends by itself, or with this program.
        if self.cluster is not None:
            self._thread.join()

    def _run(self, options: WorkerOptions, device: str) -> None:
        try:
            with joined(options, device) as self.cluster:
                self._end.wait()
        except BaseException as error:
            self._error = error
