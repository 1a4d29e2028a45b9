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

_OPERATIONS: dict[str, Callable[..., torch.Tensor]] = {
    "Elu": lambda x, alpha=1.0: torch.nn.functional.elu(x, alpha),
    "Gemm": lambda x, w, b, alpha=1.0, beta=1.0, transB=0: torch.addmm(
        b, x, w.T if transB else w, alpha=alpha, beta=beta
    ),
}
"""Operation -> what computes it from its inputs and attributes."""


class OnnxNetwork:
    """A network with one input and one output.

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
            raise ValueError(f"{path} is no ONNX file") from error
        graph = model.graph
        self.metadata = {entry.key: entry.value for entry in model.metadata_props}
        """What the file says of itself."""
        self._values = {
            each.name: torch.tensor(numpy_helper.to_array(each), device=device) for each in graph.initializer
        }
        given = [each.name for each in graph.input if each.name not in self._values]
        if len(given) != 1 or len(graph.output) != 1:
            raise ValueError(f"{path} has {len(given)} inputs and {len(graph.output)} outputs")
        (self._input,), self._output = given, graph.output[0].name
        self._steps: list[tuple[Callable[..., torch.Tensor], list[str], dict[str, Any], str]] = []
        for node in graph.node:
            attributes = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
            (result,) = node.output
            if node.op_type in _OPERATIONS:
                self._steps.append((_OPERATIONS[node.op_type], list(node.input), attributes, result))
            else:
                raise ValueError(f"{path} has the operation {node.op_type}, which is not known here")

    @torch.no_grad()
    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the network's output: (N, inputs) -> (N, outputs)."""
        values = {**self._values, self._input: rows}
        for operation, inputs, attributes, result in self._steps:
            values[result] = operation(*(values[name] for name in inputs), **attributes)
        return values[self._output]
