# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One gradient step: robomimic's own, or the same computation with less overhead."""

import contextlib
from collections.abc import Iterator
from typing import Any

import torch

from ...errors import OptionError
from ..ranks import Ranks
from .action_units import ActionUnits
from .distributions import unchecked


class RobomimicStep:
    """robomimic's own step: its processing, loss, optimiser and log, bit by bit."""

    def __init__(self, model: Any):
        self._model = model

    def __call__(self, batch: dict, epoch: int) -> torch.Tensor:
        """Train on a batch; return its loss, a tensor without dimensions."""
        model = self._model
        # robomimic has normalised in its dataset; with statistics it would normalise a second time.
        ready = model.postprocess_batch_for_training(
            model.process_batch_for_training(batch), obs_normalization_stats=None
        )
        return _logged_loss(model, model.train_on_batch(ready, epoch, validate=False))


class FusedStep:
    """Behavioural cloning with a fused optimiser and without a transfer to the host in every step.

    robomimic's step converts the losses and each parameter's gradient norm to Python numbers, one by one; on a GPU each
    of them synchronises. Loss and update are the same.

    Args:
        model: A model of robomimic's algorithm `bc`; its optimisers are replaced by fused ones.
        precision: `float32`, or `bfloat16` to multiply matrices of recurrent layers in bfloat16; weights, optimiser,
            output layer and loss stay in float32. This applies within a step only: evaluations are in float32.
        units: Units of the output layer; None for actions as they are.
    """

    def __init__(self, model: Any, precision: str, units: ActionUnits | None = None):
        self._model, self._units, self._precision = model, units, precision
        self._loss: torch.nn.Module = _Loss(model)
        self._ranks: Ranks | None = None
        self._weight = 1.0
        use_fused_optimisers(model)

    def distribute(self, ranks: Ranks, weight: float) -> None:
        """Average the gradients of all processes from now on, of which this one has `weight` of each batch."""
        self._loss, self._ranks, self._weight = ranks.averaging(self._loss, self._model.device), ranks, weight

    @staticmethod
    def serves(model: Any) -> bool:
        """Whether this step trains a model as robomimic's step does."""
        from robomimic.algo import bc

        made = type(model)
        # A VAE overrides the method only to set its temperature, which has an effect with a categorical prior only.
        own = made.train_on_batch is not bc.BC.train_on_batch and not issubclass(made, bc.BC_VAE)
        own |= issubclass(made, bc.BC_VAE) and model.algo_config.vae.prior.use_categorical
        return isinstance(model, bc.BC) and made._train_step is bc.BC._train_step and not own

    def __call__(self, batch: dict, epoch: int) -> torch.Tensor:
        """Train on a batch; return its loss, a tensor without dimensions on the device.

        Of several processes each returns its part: the sum is the loss of the whole batch.
        """
        model = self._model
        ready = model.process_batch_for_training(batch)
        optimiser = model.optimizers["policy"]
        optimiser.zero_grad(set_to_none=True)
        with in_precision(model, self._precision), unchecked():
            loss = self._loss(ready)
        if self._ranks is not None:
            loss = loss * self._weight
            # Their gradients are not summed but averaged.
            (loss * self._ranks.size).backward()
        else:
            loss.backward()
        if self._units is None:
            optimiser.step()
        else:
            self._units.update(optimiser)
        return loss.detach()


class _Loss(torch.nn.Module):
    """robomimic's training loss of a `bc` model, as a module whose parameters are the policy's."""

    def __init__(self, model: Any):
        super().__init__()
        self.policy = model.nets["policy"]
        self._model = model

    def forward(self, ready: dict) -> torch.Tensor:
        """Return the loss of a batch, a tensor without dimensions."""
        model = self._model
        return model._compute_losses(model._forward_training(ready), ready)["action_loss"]


def use_fused_optimisers(model: Any) -> None:
    """Replace Adam by torch's fused Adam, with its schedules; call it before the first step."""
    from robomimic.utils.torch_utils import lr_scheduler_from_optim_params

    for name, old in model.optimizers.items():
        if isinstance(old, torch.optim.Adam):
            parameters = model.optim_params[name]
            new = type(old)(
                model.nets[name].parameters(),
                lr=parameters["learning_rate"]["initial"],
                weight_decay=parameters["regularization"]["L2"],
                fused=True,
            )
            model.optimizers[name] = new
            model.lr_schedulers[name] = lr_scheduler_from_optim_params(parameters, model.nets[name], new)


def validation_loss(model: Any, batch: dict, epoch: int, exact: bool) -> torch.Tensor:
    """Return the loss on a batch without training on it: a tensor without dimensions.

    robomimic 0.3.0 computes it with the narrow distributions that its mixtures act with (`low_noise_eval`), which makes
    the likelihood meaningless. Here it is the training loss, unless `exact` asks for robomimic's own number.

    Args:
        model: robomimic's model, in evaluation mode.
        batch: A batch as for training.
        epoch: The current epoch.
        exact: Whether to return robomimic's own number.
    """
    network: Any = dict(model.nets.items()).get("policy")
    narrow = getattr(network, "low_noise_eval", False)
    ready = model.postprocess_batch_for_training(model.process_batch_for_training(batch), obs_normalization_stats=None)
    try:
        if narrow and not exact:
            network.low_noise_eval = False
        if FusedStep.serves(model) and not exact:
            # What robomimic logs, without a transfer to the host.
            with torch.no_grad(), unchecked():
                return model._compute_losses(model._forward_training(ready), ready)["action_loss"]
        return _logged_loss(model, model.train_on_batch(ready, epoch, validate=True))
    finally:
        if narrow:
            network.low_noise_eval = True


def _logged_loss(model: Any, info: dict) -> torch.Tensor:
    """Return the loss that robomimic logs; algorithms that log several parts and no sum return their sum."""
    log = model.log_info(info)
    parts = [value for name, value in log.items() if name.lower().endswith("loss")]
    return torch.tensor(log["Loss"] if "Loss" in log else sum(parts))


def choose_precision(asked: str, model: Any, fused: bool) -> str:
    """Return `float32` or `bfloat16`; `auto` is bfloat16 for recurrent layers on a CPU with native bfloat16.

    On a GPU `auto` is float32, because bfloat16 has not been measured there.

    Raises:
        OptionError: bfloat16 is asked for, but the model has no layer that would use it.
    """
    serves = fused and any(isinstance(module, torch.nn.RNNBase) for module in model.nets.modules())
    if asked == "bfloat16" and not serves:
        raise OptionError(
            "bfloat16 is for the recurrent layers of robomimic's bc on observations without images, goals and filters",
            where="--precision",
            remedy="Leave it out.",
        )
    if asked != "auto":
        return asked
    able = torch.cpu.get_capabilities()
    native = able.get("avx512_bf16", False) or able.get("amx_bf16", False)
    return "bfloat16" if serves and model.device.type == "cpu" and native else "float32"


@contextlib.contextmanager
def in_precision(model: Any, precision: str) -> Iterator[None]:
    """Run recurrent layers in this precision within the context; their outputs are float32 again."""
    layers = [module for module in model.nets.modules() if isinstance(module, torch.nn.RNNBase)]
    if precision == "float32":
        layers = []
    for layer in layers:
        original = layer.forward

        def forward(inputs, state=None, original=original):
            with torch.autocast(inputs.device.type, torch.bfloat16):
                outputs, state = original(inputs, state)
            return outputs.float(), state

        layer.forward = forward
    try:
        yield
    finally:
        for layer in layers:
            del layer.forward
