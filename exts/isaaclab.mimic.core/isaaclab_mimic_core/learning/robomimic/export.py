# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Export a checkpoint to TorchScript or ONNX, with normalisation inside and the recurrent state as input and output."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from ...errors import ConfigError, MimicError, OptionError
from .action_range import ActionRange
from .policy import load_checkpoint

_ROUNDING = 1e-5
"""Largest difference between two actions that count as equal."""


class PlainPolicy(nn.Module):
    """A behavioural-cloning policy of robomimic on low-dimensional observations, as a single function.

    The inputs are the observations in the order of `inputs`, each (B, width). A recurrent policy also takes its state:
    `h`, and for an LSTM `c`, each (layers, B, width). A mixture also takes `draw`, (B, 1), a uniform random number that
    selects the mode: a policy that always takes the most likely mode gets stuck where demonstrations waited. The
    outputs are the action, (B, action_dim), and the next state.

    Args:
        model: robomimic's model.
        config: The model's configuration.
        normalisation: Mean and standard deviation by observation, or None.
        action_range: How what it has learned is turned into actions; None if it is them.

    Raises:
        ConfigError: The policy is not of this type.
    """

    mean: torch.Tensor
    std: torch.Tensor
    scale: torch.Tensor
    offset: torch.Tensor

    def __init__(self, model: Any, config: Any, normalisation: dict | None, action_range: ActionRange | None = None):
        super().__init__()
        from robomimic.algo import bc

        network = model.nets["policy"]
        _check(model, config, network)
        parts = network.nets
        encoder = parts["encoder"].nets["obs"]
        self.inputs: list[str] = list(encoder.obs_shapes)
        self.widths: list[int] = [int(np.prod(encoder.obs_shapes[name])) for name in self.inputs]
        mean, std = [], []
        for name, width in zip(self.inputs, self.widths, strict=True):
            stats = (normalisation or {}).get(name)
            mean.append(torch.zeros(width) if stats is None else torch.as_tensor(stats["mean"]).float().reshape(-1))
            std.append(torch.ones(width) if stats is None else torch.as_tensor(stats["std"]).float().reshape(-1))
        self.register_buffer("mean", torch.cat(mean))
        self.register_buffer("std", torch.cat(std))
        self.recurrent = isinstance(model, bc.BC_RNN)
        self.rnn: Any = parts["rnn"].nets if self.recurrent else None
        self.lstm = isinstance(self.rnn, nn.LSTM)
        self.mlp = parts["mlp"] if "mlp" in parts else nn.Identity()
        heads = parts["decoder"].nets
        self.mixture = "logits" in heads
        self.mean_head = heads["mean"] if self.mixture else heads["action"]
        self.logits_head = heads["logits"] if self.mixture else None
        self.modes = network.num_modes if self.mixture else 1
        self.action_dim = model.ac_dim
        self.register_buffer("scale", torch.ones(self.action_dim) if action_range is None else action_range.scale)
        self.register_buffer("offset", torch.zeros(self.action_dim) if action_range is None else action_range.offset)
        self.horizon = int(getattr(model, "_rnn_horizon", 0))

    @property
    def state_names(self) -> list[str]:
        """Names of the recurrent state's tensors."""
        return (["h", "c"] if self.lstm else ["h"]) if self.recurrent else []

    @property
    def draw_names(self) -> list[str]:
        """Name of the random number, for a mixture."""
        return ["draw"] if self.mixture else []

    def forward(self, *values: torch.Tensor) -> tuple[torch.Tensor, ...]:
        seen, state = values[: len(self.inputs)], values[len(self.inputs) :]
        features = (torch.cat(seen, dim=-1) - self.mean) / self.std
        following: tuple[torch.Tensor, ...] = ()
        if self.rnn is not None:
            features, after = self.rnn(features.unsqueeze(1), tuple(state[:2]) if self.lstm else state[0])
            features = features.squeeze(1)
            following = tuple(after) if self.lstm else (after,)
        features = self.mlp(features)
        action = torch.tanh(self.mean_head(features))
        if self.logits_head is not None:
            steps = torch.softmax(self.logits_head(features), dim=-1).cumsum(dim=-1)
            chosen = (values[-1] > steps).sum(dim=-1).clamp(max=self.modes - 1)
            means = action.reshape(-1, self.modes, self.action_dim)
            action = means.gather(1, chosen[:, None, None].expand(-1, 1, self.action_dim)).squeeze(1)
        return (action * self.scale + self.offset, *following)

    def examples(self, batch: int) -> tuple[torch.Tensor, ...]:
        """Return inputs of the right shapes, with observations distributed as in the dataset."""
        spread = self.mean + self.std * torch.randn(batch, len(self.mean))
        state = [torch.zeros(self.rnn.num_layers, batch, self.rnn.hidden_size) for _ in self.state_names]
        draw = [torch.rand(batch, 1) for _ in self.draw_names]
        return (*spread.split(self.widths, dim=-1), *state, *draw)

    def description(self) -> dict:
        """Return how to use the exported file: its inputs and outputs."""
        layers, width = (self.rnn.num_layers, self.rnn.hidden_size) if self.rnn is not None else (0, 0)
        return {
            "observations": dict(zip(self.inputs, self.widths, strict=True)),
            "state": {name: [layers, -1, width] for name in self.state_names},
            "draw": self.mixture,
            "action_dim": self.action_dim,
            "horizon": self.horizon,
        }


def export_policy(checkpoint: str, path: Path) -> dict:
    """Export a checkpoint's policy to a temporary file, compare it with the checkpoint, then rename it to `path`.

    Returns:
        `difference`, the largest difference between two actions, and how to use the file.

    Raises:
        OptionError: The suffix is that of no known format.
        MimicError: The policy cannot be exported, or the exported policy acts differently.
    """
    if path.suffix not in _WRITERS:
        raise OptionError(
            f"{path.suffix or 'no ending'} is not one of {', '.join(_WRITERS)}",
            where=f"--output {path}",
            remedy="TorchScript ends in .pt, ONNX in .onnx.",
        )
    policy = PlainPolicy(*load_checkpoint(checkpoint, "cpu")).eval().requires_grad_(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        _WRITERS[path.suffix](policy, beside)
        difference = largest_difference(policy, beside, path.suffix)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return {"difference": difference, **policy.description()}


def write_torchscript(policy: PlainPolicy, path: Path) -> None:
    """Write TorchScript; it contains the description as `policy.json`."""
    with torch.no_grad():
        traced: Any = torch.jit.trace(policy, policy.examples(3))
    traced.save(str(path), _extra_files={"policy.json": json.dumps(policy.description())})


def write_onnx(policy: PlainPolicy, path: Path) -> None:
    """Write ONNX; its metadata contains the description as `policy`."""
    import onnx

    states = policy.state_names
    axes = {name: {0: "batch"} for name in [*policy.inputs, *policy.draw_names, "action"]}
    axes |= {name: {1: "batch"} for name in [*states, *[f"next_{name}" for name in states]]}
    with torch.no_grad():
        torch.onnx.export(
            policy,
            policy.examples(3),
            str(path),
            input_names=[*policy.inputs, *states, *policy.draw_names],
            output_names=["action", *[f"next_{name}" for name in states]],
            dynamic_axes=axes,
            dynamo=False,
        )
    model = onnx.load(str(path))
    entry = model.metadata_props.add()
    entry.key, entry.value = "policy", json.dumps(policy.description())
    onnx.save(model, str(path))


_WRITERS = {".pt": write_torchscript, ".onnx": write_onnx}


def largest_difference(policy: PlainPolicy, path: Path, kind: str, steps: int = 15) -> float:
    """Run an exported file and the policy for some steps, each with its own recurrent state.

    Returns:
        The largest difference between two actions.

    Raises:
        MimicError: They differ by more than rounding.
    """
    run = _torchscript_runner(path) if kind == ".pt" else _onnx_runner(policy, path)
    worst = 0.0
    with torch.no_grad():
        # Use another batch size than for tracing.
        first = policy.examples(5)
        count, states = len(policy.inputs), len(policy.state_names)
        mine = theirs = first[count : count + states]
        for _ in range(steps):
            values = policy.examples(5)
            seen, draw = values[:count], values[count + states :]
            action, *mine = policy(*seen, *mine, *draw)
            other, *theirs = run(*seen, *theirs, *draw)
            worst = max(worst, float((action - other).abs().max()))
    if worst > _ROUNDING:
        raise MimicError(f"the exported policy acts differently, by up to {worst:.1e}", where=str(path))
    return worst


def _torchscript_runner(path: Path) -> Any:
    return torch.jit.load(str(path))


def _onnx_runner(policy: PlainPolicy, path: Path) -> Any:
    from onnx.reference import ReferenceEvaluator

    session = ReferenceEvaluator(str(path))
    names = [*policy.inputs, *policy.state_names, *policy.draw_names]

    def run(*values: torch.Tensor) -> list[torch.Tensor]:
        given = {name: value.numpy() for name, value in zip(names, values, strict=True)}
        return [torch.as_tensor(np.asarray(value)) for value in session.run(None, given)]

    return run


def _check(model: Any, config: Any, network: Any) -> None:
    from robomimic.algo import bc

    observation = config.observation
    plain = type(model) in (bc.BC, bc.BC_GMM, bc.BC_RNN, bc.BC_RNN_GMM)
    plain &= not any(observation.modalities.obs[kind] for kind in ("rgb", "depth", "scan"))
    plain &= not observation.encoder.low_dim.core_class and config.train.frame_stack == 1
    plain &= not getattr(model, "_rnn_is_open_loop", False) and not getattr(network, "use_tanh", False)
    if not plain:
        raise ConfigError(
            f"a policy of the kind {type(model).__name__} with these settings cannot be exported",
            where="--checkpoint",
            remedy="Flat and recurrent behavioural cloning on numbers can, with or without a mixture.",
        )
