# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The findings of a check."""

import math
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any, Literal

Level = Literal["error", "warning", "hint"]

LEVELS: tuple[Level, ...] = ("error", "warning", "hint")
"""error: makes a demonstration unusable; warning: probably harmful; hint: good to know."""


@dataclass(frozen=True)
class Finding:
    """One thing that was found."""

    level: Level
    check: str
    """Name of the check, for example `pause`; `docs/datasets.md` lists them."""
    demo: str
    """The demonstration; empty if it concerns the file as a whole."""
    message: str
    """What was found, with its numbers."""
    value: float | None = None
    """The number that was measured, in the threshold's unit; None where nothing is measured."""
    limit: float | None = None
    """The threshold it was compared with."""


@dataclass(frozen=True)
class CheckReport:
    """Everything found in one file."""

    path: str
    demos: tuple[str, ...]
    """All demonstrations that were looked at."""
    findings: tuple[Finding, ...]
    """Those of the file first, then demonstration by demonstration, the gravest first."""

    def count(self, level: Level) -> int:
        """Number of findings of a level."""
        return sum(finding.level == level for finding in self.findings)

    def demos_with(self, names: Collection[str]) -> list[str]:
        """Return the demonstrations with a finding whose level or check is among these."""
        hit = {finding.demo for finding in self.findings if finding.level in names or finding.check in names}
        return [name for name in self.demos if name in hit]

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data, with the number of findings by level under `counts`."""
        counts = {level: self.count(level) for level in LEVELS}
        # JSON has no infinity; the message says it.
        findings = [
            asdict(finding) | {"value": finding.value if _is_finite(finding.value) else None}
            for finding in self.findings
        ]
        return {"path": self.path, "demos": len(self.demos), "counts": counts, "findings": findings}


def _is_finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
