# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Options of stages whose work several processes, GPUs or machines can share."""

from dataclasses import dataclass

from ..option import MAY_DIFFER, option

_WORKERS = "Several workers"


@dataclass(frozen=True)
class WorkerOptions:
    """Who shares the work (docs/cluster.md)."""

    workers: str = option("", label="Workers", group=_WORKERS, on_resume=MAY_DIFFER)
    """Ray workers that share the work, each with num_envs environments: a number, or auto, one per GPU, else core."""
    ray: str = option("", label="Ray cluster", group=_WORKERS, on_resume=MAY_DIFFER)
    """Where the workers run: local, on a Ray that starts and ends with this run, or the address of a Ray cluster."""
    worker_timeout: float = option(
        600.0, label="Replace a silent worker after", group=_WORKERS, unit="s", low=1, on_resume=MAY_DIFFER
    )
    """Time without a sign of life after which a worker is replaced [s]."""

    @property
    def is_shared(self) -> bool:
        """Whether workers share the work."""
        return bool(self.workers or self.ray)
