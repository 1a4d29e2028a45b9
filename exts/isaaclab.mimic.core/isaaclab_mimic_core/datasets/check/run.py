# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Check a file, one demonstration in memory at a time."""

import operator
import os
from collections.abc import Callable, Iterable

import numpy as np

from ...options import Thresholds
from ..reader import DatasetReader
from . import across, commands, content, motion, orientations, states, subtasks
from .demo import read_demo
from .finding import LEVELS, CheckReport, Finding

_FAMILIES = (content, orientations, motion, commands, states, subtasks)


def check_file(
    path: str | os.PathLike[str],
    thresholds: Thresholds | None = None,
    names: Iterable[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
    same_task: Callable[[str, str], bool] = operator.eq,
) -> CheckReport:
    """Run all checks on a file.

    Args:
        path: The file; it is only read.
        thresholds: The limits; the defaults if None.
        names: Demonstrations to check and to compare with each other; all if None.
        progress: Called after each demonstration with the number checked so far and the number of all.
        same_task: Returns whether two names mean one task; `tasks.names.same_task` knows old names, too.

    Raises:
        InputFileError: The file cannot be opened, is not a dataset, or has no demonstrations.
        DatasetError: The file lacks one of the names.
    """
    thresholds = thresholds or Thresholds()
    findings: list[Finding] = []
    all_facts: list[across.Facts] = []
    with DatasetReader(path) as reader:
        names = reader.episode_names if names is None else list(names)
        for number, name in enumerate(names, 1):
            demo = read_demo(reader, name)
            # Not a reason for a warning: the checks look for values that are not finite or overflow.
            with np.errstate(all="ignore"):
                for family in _FAMILIES:
                    findings += family.find(demo, thresholds)
            all_facts.append(across.facts(demo))
            if progress:
                progress(number, len(names))
        together = across.find(reader, all_facts, thresholds, same_task)
        # Findings about the whole file hold only if all its demonstrations were checked.
        findings += (finding for finding in together if finding.demo or len(names) == len(reader))
    place = {name: number for number, name in enumerate(names)}
    findings.sort(key=lambda finding: (place.get(finding.demo, -1), LEVELS.index(finding.level)))
    return CheckReport(str(path), tuple(names), tuple(findings))
