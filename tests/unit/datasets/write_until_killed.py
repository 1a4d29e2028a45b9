# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Appends episodes until it is killed; prints the names of those reported as saved.

Arguments: the file, and optionally the moment at which to die: a function of `filesystem` or `encoding` whose third
call (of `rename_new`, the only one) ends the process, before or after it (`exchange:before`).
"""

import os
import signal
import sys

import numpy as np

from isaaclab_mimic_core.datasets import DatasetReader, DatasetWriter, Episode, filesystem, writer


def content(number: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(number)
    return {
        "actions": rng.normal(size=(20 + number % 7, 7)).astype(np.float32),
        "obs/noise": rng.normal(size=(300, 8)),
        "states/rigid_object/cube/root_pose": np.full((20, 7), number),
    }


def die_at(moment: str) -> None:
    name, when = moment.split(":")
    home = filesystem if hasattr(filesystem, name) else writer
    original = getattr(home, name)
    calls, last = 0, 1 if name == "rename_new" else 3

    def wrapped(*arguments, **keywords):
        nonlocal calls
        calls += 1
        if calls == last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*arguments, **keywords)
        if calls == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(home, name, wrapped)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        die_at(sys.argv[2])
    out = DatasetWriter(sys.argv[1], {"env_name": "T"}, mode="append")
    number = 0
    if os.path.exists(sys.argv[1]):
        with DatasetReader(sys.argv[1]) as reader:
            number = len(reader)
    while True:
        for _ in range(1 + number % 3):
            out.add(Episode(content(number), {"mimic": {"number": number}}))
            number += 1
        for saved in out.commit():
            print(saved.name, flush=True)
