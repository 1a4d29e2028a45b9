# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Writes episodes into a file that may not grow past a limit; ends with the error a user would see.

Arguments: the file, and how many bytes a file may have (0: no limit, the disk itself is small).
"""

import resource
import sys

import numpy as np

from isaaclab_mimic_core.datasets import DatasetWriter, Episode
from isaaclab_mimic_core.errors import OutputError

if limit := int(sys.argv[2]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
rng = np.random.default_rng(0)
try:
    with DatasetWriter(sys.argv[1], {"env_name": "T"}) as writer:
        for _ in range(1000):
            writer.add(
                Episode({f"obs/{i}": rng.normal(size=(200, 9)) for i in range(8)} | {"actions": np.ones((9, 7))})
            )
            for saved in writer.commit():
                print(saved.name, flush=True)
except OutputError as error:
    print(error, file=sys.stderr)
    raise SystemExit(2) from None
