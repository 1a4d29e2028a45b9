# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The processes that train a policy together: who they are, and how they talk.

torch's launcher (`torchrun`, `torch.distributed.launcher`) starts them and tells each its rank. Only the process of
rank 0 writes files and is talked to; the others do what it says (`distributed.py`).
"""

import contextlib
import os
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ..errors import DeviceError, OptionError, PlatformError

if TYPE_CHECKING:
    import torch

_PATIENCE = timedelta(days=10)
"""How long a process waits for the first one, which may evaluate or rest; one that has ended is noticed at once."""
GO_ON = "What the training has saved is complete; go on with --resume."
"""What to do if a training that had begun has ended with one of its processes."""
_LOST = "gloo", "nccl", "connection closed", "connection reset"
"""Words of errors that torch raises when another process has ended, besides its own kind of errors."""
_groups: list[Any] = []
"""torch's process groups, held until the process ends: DDP's destructor must not be the one that destroys them. With
Python's lock (the GIL) it would join their threads, which may wait for that lock."""
_LONGEST = 300
"""Characters of another program's error that are shown."""


class RankLost(PlatformError):
    """Another process of the training has ended, or cannot be reached."""


@dataclass(frozen=True)
class Ranks:
    """One of several processes that train together."""

    rank: int
    size: int
    """Number of processes."""
    local_rank: int
    """Rank among those of this machine."""
    local_size: int

    @classmethod
    def launched(cls) -> "Ranks | None":
        """Return what torch's launcher says of this process; None if it has not started it."""
        if "TORCHELASTIC_RUN_ID" not in os.environ:
            return None
        return cls(*(int(os.environ[name]) for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")))

    @property
    def leads(self) -> bool:
        return self.rank == 0

    @property
    def on_several_machines(self) -> bool:
        return self.size > self.local_size

    def device(self, asked: str) -> str:
        """Return the device of this process: each has a GPU of its own, or all compute on the CPU.

        Args:
            asked: `auto`, `cpu` or `cuda`.

        Raises:
            OptionError: One GPU is asked for.
            DeviceError: There are fewer GPUs than processes.
        """
        import torch

        from ..sim.compute import resolve_device

        if asked not in ("auto", "cpu", "cuda"):
            raise OptionError(
                "each of several processes has a GPU of its own",
                where=f"--device {asked}",
                remedy="Use auto, cpu or cuda; CUDA_VISIBLE_DEVICES says which GPUs there are.",
            )
        if resolve_device(asked) == "cpu":
            return "cpu"
        if (count := torch.cuda.device_count()) < self.local_size:
            raise DeviceError(
                f"{self.local_size} processes for {count} GPU{'s' if count > 1 else ''}",
                where="--processes",
                remedy="Start one for each GPU (0), or give --device cpu.",
            )
        return f"cuda:{self.local_rank}"

    def share(self, whole: "torch.Tensor") -> "torch.Tensor":
        """Return the part of (N, ...) that is this process's; the parts differ in length by one at most."""
        return whole.tensor_split(self.size)[self.rank]

    def weight(self, count: int) -> float:
        """Return which part of `count` this process has."""
        return (count // self.size + (self.rank < count % self.size)) / count if count else 0.0

    # -- together: every process has to make the same calls in the same order

    def join(self, init_method: str = "env://") -> None:
        """Wait until all processes are there."""
        import torch.distributed as dist

        with self._connecting():
            dist.init_process_group(
                "gloo", init_method=init_method, rank=self.rank, world_size=self.size, timeout=_PATIENCE
            )
            _groups.append(dist.group.WORLD)

    def leave(self) -> None:
        """Say that this process will not call any more."""
        import torch.distributed as dist

        with contextlib.suppress(Exception):
            dist.destroy_process_group()

    def tell(self, words: Any) -> None:
        """Tell the other processes something (plain data); for the first one."""
        import torch
        import torch.distributed as dist

        with self.guarded():
            data = torch.frombuffer(bytearray(pickle.dumps(words)), dtype=torch.uint8)
            dist.broadcast(torch.tensor([len(data)]), 0)
            dist.broadcast(data, 0)

    def hear(self) -> Any:
        """Return what the first process tells."""
        import torch
        import torch.distributed as dist

        with self.guarded():
            length = torch.zeros(1, dtype=torch.int64)
            dist.broadcast(length, 0)
            data = torch.empty(int(length), dtype=torch.uint8)
            dist.broadcast(data, 0)
        return pickle.loads(data.numpy().tobytes())

    def gather(self, words: Any) -> list[Any]:
        """Return what each process says (plain data), by rank."""
        import torch.distributed as dist

        said: list[Any] = [None] * self.size
        with self.guarded():
            dist.all_gather_object(said, words)
        return said

    def sum(self, value: float) -> float:
        """Return the sum of the processes' numbers."""
        import torch
        import torch.distributed as dist

        total = torch.tensor([value], dtype=torch.float64)
        with self.guarded():
            dist.all_reduce(total)
        return float(total)

    def averaging(self, module: "torch.nn.Module", device: "torch.device") -> "torch.nn.Module":
        """Wrap a module, so that gradients of its output are averaged over all processes (torch's DDP).

        All begin with the parameters of the first process.
        """
        import torch.distributed as dist
        from torch.nn.parallel import DistributedDataParallel

        with self._connecting():
            group = dist.new_group(backend="nccl") if device.type == "cuda" else None
            _groups.append(group)
            return DistributedDataParallel(
                module, process_group=group, broadcast_buffers=False, gradient_as_bucket_view=True
            )

    @contextlib.contextmanager
    def _connecting(self) -> Iterator[None]:
        """`guarded`, for what the processes talk through."""
        try:
            with self.guarded("the processes could not connect"):
                yield
        except RankLost as error:
            error.remedy = "GLOO_SOCKET_IFNAME and NCCL_SOCKET_IFNAME name the network through which they are to talk."
            raise

    @contextlib.contextmanager
    def guarded(self, what: str = "another process of this training has ended") -> Iterator[None]:
        """Turn torch's errors about other processes into one for people, which begins with `what`.

        Raises:
            RankLost: Another process has ended.
        """
        try:
            yield
        except RuntimeError as error:
            import torch.distributed as dist

            if not isinstance(error, dist.DistError) and not any(word in str(error).lower() for word in _LOST):
                raise
            raise RankLost(f"{what} ({first_line(error)})") from error


def first_line(error: object) -> str:
    """Return the first line of what an error says, which may be followed by a trace."""
    return str(error).strip().partition("\n")[0][:_LONGEST]
