# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Propose a task's subtasks from what recorded demonstrations show, on arrays alone.

`holds` finds which hand holds which object, `places` where it is put, `sketch` what subtasks that makes of one
demonstration, `proposal` what several have in common and by which signals the subtasks end, and `writing` puts it into
a descriptor. Where the arrays come from is no matter of this package (`stages.describing`).
"""

from .evidence import Evidence
from .proposal import Proposal, Proposed, propose
from .writing import format_proposal, format_seen

__all__ = ["Evidence", "Proposal", "Proposed", "format_proposal", "format_seen", "propose"]
