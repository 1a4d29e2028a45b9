# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Compute a network of fully connected layers of an ONNX file with torch, for many rows at once and on any device.

Isaac Lab brings `onnx`, which reads such files, but nothing that would run them. A network that was exported for one
row takes as many as there are, since its operations do not mix rows. Operations: onnx.ai/onnx/operators.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch


def _gemm(
    x: torch.Tensor,
    w: torch.Tensor,
    b: torch.Tensor | None = None,
    alpha: float = 1.0,
    beta: float = 1.0,
    transA: int = 0,
    transB: int = 0,
) -> torch.Tensor:
    if transA:
        raise ValueError("a Gemm with transA mixes rows")
    w = w.T if transB else w
    return alpha * (x @ w) if b is None else torch.addmm(b, x, w, alpha=alpha, beta=beta)


_OPERATIONS: dict[str, Callable[..., torch.Tensor]] = {
    "Elu": lambda x, alpha=1.0: torch.nn.functional.elu(x, alpha),
    "Gemm": _gemm,
}
"""Operation -> what computes it from its inputs and attributes."""


class OnnxNetwork:
    """A network with one input and one output, both a row of numbers.

    Args:
        path: The ONNX file.
        device: Where to compute.

    Raises:
        ValueError: The file is no such network.
    """

    def __init__(self, path: Path, device: torch.device | str):
        import onnx
        from onnx import numpy_helper

        try:
            model = onnx.load(path)
        except Exception as error:  # protobuf's, whose type is no part of onnx
            raise ValueError("it is no ONNX file") from error
        graph = model.graph
        self.metadata = {entry.key: entry.value for entry in model.metadata_props}
        """What the file says of itself."""
        self._values = {
            each.name: torch.tensor(numpy_helper.to_array(each), device=device) for each in graph.initializer
        }
        given = [each.name for each in graph.input if each.name not in self._values]
        if len(given) != 1 or len(graph.output) != 1:
            raise ValueError(f"it has {len(given)} inputs and {len(graph.output)} outputs")
        (self._input,), self._output, self._device = given, graph.output[0].name, device
        self._steps: list[tuple[Callable[..., torch.Tensor], list[str], dict[str, Any], str]] = []
        for node in graph.node:
            attributes = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
            (result,) = node.output
            if node.op_type in _OPERATIONS:
                # An input that is left out has an empty name.
                inputs = [name for name in node.input if name]
                self._steps.append((_OPERATIONS[node.op_type], inputs, attributes, result))
            else:
                raise ValueError(f"it has the operation {node.op_type}, which is not known here")

    def check(self, inputs: int, outputs: int) -> None:
        """See to it that the network turns rows of so many numbers into rows of so many, by one row of zeros.

        Raises:
            ValueError: It does not.
        """
        try:
            found = self(torch.zeros(1, inputs, device=self._device))
        except (RuntimeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"it does not compute a row of {inputs} numbers: {error}") from error
        if found.shape != (1, outputs) or not found.isfinite().all():
            raise ValueError(f"it makes {tuple(found.shape)} numbers of a row, {(1, outputs)} wanted, all finite")

    @torch.no_grad()
    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the network's output: (N, inputs) -> (N, outputs)."""
        values = {**self._values, self._input: rows}
        for operation, inputs, attributes, result in self._steps:
            values[result] = operation(*(values[name] for name in inputs), **attributes)
        return values[self._output]
