# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The report of a run: `RunRecord` collects a run's events, `write_report` writes an HTML page with plots."""

from typing import TYPE_CHECKING

from .run import RunRecord

if TYPE_CHECKING:
    from .html import write_report

__all__ = ["RunRecord", "write_report"]


def __getattr__(name: str):
    # Importing matplotlib takes half a second, which collecting events does not need.
    if name == "write_report":
        from .html import write_report

        return write_report
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
