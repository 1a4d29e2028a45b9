# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A share of `generate` on the kinematic task of which the first worker may write small files only: `cramped:start`.

To its files the system says what it says on a full disk.
"""

import resource
from pathlib import Path
from typing import Any

from kinematic.share import start as start_share

from isaaclab_mimic_core.stages.generation.share import Share

_MOST = 8192
"""Size of a file that may be written [bytes]: that of an attempt that has failed is smaller, a demonstration larger."""


def start(**options: Any) -> Share:
    """Build the share, as a worker process gets it."""
    share = start_share(**options)
    try:
        Path(options["output"]).with_suffix(".cramped").touch(exist_ok=False)
    except FileExistsError:
        return share
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST, _MOST))
    return share
