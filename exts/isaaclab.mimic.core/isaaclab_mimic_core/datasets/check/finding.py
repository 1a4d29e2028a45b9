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
    """One fault that a check has found."""

    level: Level
    check: str
    """Name of the check, for example `pause`; `docs/datasets.md` lists them."""
    demo: str
    """Name of the demonstration; empty for the file as a whole."""
    message: str
    """Description with the measured numbers; the end of a sentence about the demonstration or file."""
    value: float | None = None
    """Measured value, in the threshold's unit; None if nothing is measured."""
    limit: float | None = None
    """Threshold that `value` was compared with."""


@dataclass(frozen=True)
class CheckReport:
    """All findings in one file."""

    path: str
    demos: tuple[str, ...]
    """Names of the checked demonstrations."""
    findings: tuple[Finding, ...]
    """Findings about the file first, then by demonstration, errors before warnings before hints."""

    def count(self, level: Level) -> int:
        """Return the number of findings of a level."""
        return sum(finding.level == level for finding in self.findings)

    def demos_with(self, names: Collection[str]) -> list[str]:
        """Return the demonstrations with a finding whose level or check is among these."""
        hit = {finding.demo for finding in self.findings if finding.level in names or finding.check in names}
        return [name for name in self.demos if name in hit]

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data, with the number of findings by level under `counts`."""
        counts = {level: self.count(level) for level in LEVELS}
        # JSON has no infinity. The message still names it.
        findings = [
            asdict(finding) | {"value": finding.value if _is_finite(finding.value) else None}
            for finding in self.findings
        ]
        return {"path": self.path, "demos": len(self.demos), "counts": counts, "findings": findings}


def _is_finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
