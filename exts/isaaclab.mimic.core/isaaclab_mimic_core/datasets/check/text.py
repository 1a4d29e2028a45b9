# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Format the report of a check for a terminal."""

from .finding import LEVELS, CheckReport

_MAX_LINES = 200


def format_report(report: CheckReport) -> str:
    """Return the number of findings and the findings as text, one per line."""
    lines = [
        f"  {finding.level:<8}{finding.demo or 'file':<10}{finding.check}: {finding.message}"
        for finding in report.findings[:_MAX_LINES]
    ]
    if len(report.findings) > _MAX_LINES:
        lines.append(f"  ... and {len(report.findings) - _MAX_LINES} more; all of them: mimic check --json")
    counts = [f"{report.count(level)} {level}{'s' if report.count(level) != 1 else ''}" for level in LEVELS]
    return "\n".join([f"{report.path}: {len(report.demos)} demonstrations, {', '.join(counts)}", *lines])
