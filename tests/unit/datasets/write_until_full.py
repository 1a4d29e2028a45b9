# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Writes episodes into a file that may not grow past a limit; ends with the error a user would see.

Arguments: the file, how many bytes a file may have (0: no limit, the disk itself is small), and how many episodes wait
for a commit: one for `DatasetWriter`, several for `BackgroundWriter`.
"""

import resource
import sys
import threading

import numpy as np

from isaaclab_mimic_core.datasets import DatasetWriter, Episode
from isaaclab_mimic_core.datasets.async_writer import BackgroundWriter
from isaaclab_mimic_core.errors import OutputError

if limit := int(sys.argv[2]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
rng = np.random.default_rng(0)


def random_episode() -> Episode:
    return Episode({f"obs/{i}": rng.normal(size=(200, 9)) for i in range(8)} | {"actions": np.ones((9, 7))})


def one_by_one(writer: DatasetWriter) -> None:
    with writer:
        for _ in range(1000):
            writer.add(random_episode())
            for saved in writer.commit():
                print(saved.name, flush=True)


def together(writer: DatasetWriter, count: int) -> None:
    """All of them wait while the thread does something else, and are committed as one."""
    go = threading.Event()
    with BackgroundWriter(writer, max_pending=count) as background:
        background.call(go.wait)
        for _ in range(count):
            background.submit(random_episode())
        go.set()
        try:
            background.finish()
        finally:
            for saved in background.poll():
                print(saved.name, flush=True)


try:
    made = DatasetWriter(sys.argv[1], {"env_name": "T"})
    together(made, count) if (count := int(sys.argv[3])) > 1 else one_by_one(made)
except OutputError as error:
    print(error, file=sys.stderr)
    raise SystemExit(2) from None
