# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Export a checkpoint to a file that runs without its learner and Isaac Lab."""

from pathlib import Path

from ...learning.learners import find_learner
from ...options import ExportPolicyOptions
from ..files.output_check import check_output


def export(options: ExportPolicyOptions) -> dict:
    """Export the policy, and compare the file with the checkpoint.

    Returns:
        `output`; `difference`, the largest difference between two actions; and how to use the file.

    Raises:
        MimicError: The options cannot be used, the policy cannot be exported, or the file acts differently.
    """
    check_output(options.output, "overwrite" if options.overwrite else "create", options.checkpoint)
    learner = find_learner(options.learner, options.checkpoint)
    return {"output": options.output, **learner.export(options.checkpoint, Path(options.output))}
