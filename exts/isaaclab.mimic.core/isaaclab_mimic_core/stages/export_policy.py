# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Turn a checkpoint into a file that runs without robomimic and Isaac Lab."""

from pathlib import Path

from ..errors import OptionError
from ..learning.export import PlainPolicy, largest_difference, write_onnx, write_torchscript
from ..learning.policy import load_checkpoint
from .learning_options import ExportPolicyOptions
from .output_check import check_output

_WRITERS = {".pt": write_torchscript, ".onnx": write_onnx}


def export(options: ExportPolicyOptions) -> dict:
    """Write the policy, and run it beside the checkpoint before it is kept.

    Returns:
        `output`, and `difference`: the largest one between two actions.

    Raises:
        MimicError: The options cannot be used, the policy cannot be exported, or the file acts differently.
    """
    path = Path(options.output)
    if path.suffix not in _WRITERS:
        raise OptionError(
            f"{path.suffix or 'no ending'} is not one of {', '.join(_WRITERS)}",
            where=f"--output {path}",
            remedy="TorchScript ends in .pt, ONNX in .onnx.",
        )
    check_output(options.output, "overwrite" if options.overwrite else "create", options.checkpoint)
    policy = PlainPolicy(*load_checkpoint(options.checkpoint, "cpu")).eval().requires_grad_(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        _WRITERS[path.suffix](policy, beside)
        difference = largest_difference(policy, beside, path.suffix)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return {"output": str(path), "difference": difference, **policy.description()}
