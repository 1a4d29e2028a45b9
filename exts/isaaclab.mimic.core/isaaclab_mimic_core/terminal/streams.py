# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Redirect the output of libraries to a log.

Physics engines and Isaac Lab write tables and warnings to the process's standard streams, partly from native code.
`take_streams` duplicates the real streams for our own output, and points file descriptors 1 and 2 to a log.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from ..sim.assets.cache import cache_root


@dataclass(frozen=True)
class Streams:
    """The process's real streams, for our own output."""

    out: TextIO
    err: TextIO
    log: Path | None
    """File for everything else; None if that goes to the terminal."""


def take_streams(verb: str, json_lines: bool, verbose: bool) -> Streams:
    """Return the real streams, and redirect the output of libraries.

    Args:
        verb: Name of the verb, after which the log is named.
        json_lines: Whether a program reads standard output; then libraries print to standard error.
        verbose: Whether libraries print to the terminal instead of the log.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    out, err = _duplicate(1), _duplicate(2)
    if json_lines or verbose:
        os.dup2(2, 1)
        return Streams(out, err, None)
    log = cache_root() / "logs" / f"{verb}.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    except OSError:
        return Streams(out, err, None)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.close(target)
    return Streams(out, err, log)


def _duplicate(descriptor: int) -> TextIO:
    return os.fdopen(os.dup(descriptor), "w", buffering=1, encoding="utf-8", errors="replace")
