# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Run a trained policy in many environments, each with its own recurrent state, frames and random numbers."""

import zipfile
from pathlib import Path
from typing import Any

import torch

from ... import randomness
from ...errors import ConfigError, InputFileError
from ..api import PolicySpec
from .action_range import KEY, ActionRange
from .config import require_robomimic
from .distributions import unchecked


class BatchedPolicy:
    """Acts like robomimic's `RolloutPolicy` in every environment.

    Args:
        model: robomimic's model.
        config: Its configuration.
        normalisation: Mean and standard deviation by observation, or None.
        device: Where the environments' tensors are.
        choice: `sample` draws a mode of the action distribution, as robomimic does; `mode` takes the most likely one.
        action_range: How what it has learned is turned into actions; None if it is them.
    """

    def __init__(
        self,
        model: Any,
        config: Any,
        normalisation: dict | None,
        device: torch.device,
        choice: str,
        action_range: ActionRange | None = None,
    ):
        from robomimic.algo import bc

        self._model, self._choice, self._device = model, choice, device
        self._range = None if action_range is None else action_range.on(device)
        self._images = {key for kind in ("rgb", "depth") for key in config.observation.modalities.obs[kind]}
        # robomimic's networks take images with channels first; environments return them with channels last.
        seen = {k: (*s[1:], s[0]) if k in self._images else tuple(s) for k, s in model.obs_shapes.items()}
        self.spec = PolicySpec(seen, model.ac_dim)
        if model.goal_shapes:
            raise ConfigError(
                f"is given goals ({', '.join(model.goal_shapes)}), which tasks here do not have",
                where="the policy",
                remedy="Train one without goals: leave observation.modalities.goal empty.",
            )
        self._frames = int(config.train.frame_stack)
        self._recurrent = isinstance(model, bc.BC_RNN)
        self._mixture = isinstance(model, (bc.BC_RNN_GMM, bc.BC_GMM))
        self._horizon = getattr(model, "_rnn_horizon", 0)
        self._open_loop = getattr(model, "_rnn_is_open_loop", False)
        self._statistics = {
            key: tuple(torch.as_tensor(stats[name], dtype=torch.float32, device=device) for name in ("mean", "std"))
            for key, stats in (normalisation or {}).items()
        }
        self._age = torch.empty(0, dtype=torch.long, device=device)

    def begin(self, env_ids: torch.Tensor, num_envs: int) -> None:
        """Clear the recurrent state and frames of environments that were reset: `env_ids` (K,) int64."""
        if len(self._age) != num_envs:
            self._age = torch.zeros(num_envs, dtype=torch.long, device=self._device)
            self._state: Any = None
            self._history: dict[str, torch.Tensor] = {}
            self._first: dict[str, torch.Tensor] = {}
        self._age[env_ids] = 0

    @torch.inference_mode()
    def act(self, observations: dict[str, torch.Tensor], streams: torch.Tensor) -> torch.Tensor:
        """Choose actions.

        Args:
            observations: (num_envs, ...) by name; may have more than the policy takes.
            streams: (num_envs,) random streams of the rollouts.

        Returns:
            (num_envs, action_dim).
        """
        self._model.set_eval()
        seen = {key: self._prepare(key, observations[key]) for key in self.spec.observations}
        seen = self._stack(seen) if self._frames > 1 else seen
        with unchecked():
            action = self._choose(seen, streams)
        self._age += 1
        return action if self._range is None else self._range.restore(action)

    def _prepare(self, key: str, value: torch.Tensor) -> torch.Tensor:
        if key in self._images:
            from robomimic.utils.obs_utils import process_obs

            return process_obs(value.float(), obs_key=key)
        value = value.to(self._device, torch.float32)
        if key in self._statistics:
            mean, std = self._statistics[key]
            value = (value - mean) / std
        return value

    def _stack(self, seen: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Return the last frames, oldest first: (num_envs, frames, ...); at the start the first frame is repeated."""
        fresh = self._age == 0
        for key, value in seen.items():
            repeated = value.unsqueeze(1).expand(-1, self._frames, *value.shape[1:])
            old = self._history.get(key, repeated)
            moved = torch.cat([old[:, 1:], value.unsqueeze(1)], dim=1)
            self._history[key] = torch.where(_like(fresh, moved), repeated, moved)
        return dict(self._history)

    def _choose(self, seen: dict[str, torch.Tensor], streams: torch.Tensor) -> torch.Tensor:
        network = self._model.nets["policy"]
        if self._recurrent:
            seen = self._recur(seen)
            if self._mixture:
                distribution, self._state = network.forward_train_step(seen, rnn_state=self._state)
                return self._draw(distribution, streams)
            action, self._state = network.forward_step(seen, rnn_state=self._state)
            return action
        if self._mixture:
            return self._draw(network.forward_train(seen), streams)
        return self._model.get_action(obs_dict=seen)

    def _recur(self, seen: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Reset the recurrent state every `rnn.horizon` steps, as robomimic does for its single environment."""
        fresh = self._age % self._horizon == 0
        if self._state is None:
            self._state = self._model.nets["policy"].get_rnn_init_state(len(fresh), device=self._device)
        parts = self._state if isinstance(self._state, tuple) else (self._state,)
        parts = tuple(torch.where(fresh[None, :, None], 0.0, part) for part in parts)
        self._state = parts if isinstance(self._state, tuple) else parts[0]
        if not self._open_loop:
            return seen
        self._first = {k: torch.where(_like(fresh, v), v, self._first.get(k, v)) for k, v in seen.items()}
        return dict(self._first)

    def _draw(self, distribution: Any, streams: torch.Tensor) -> torch.Tensor:
        """Sample from a mixture with each environment's own random stream."""
        parts = distribution.component_distribution.base_dist
        logits = distribution.mixture_distribution.logits
        if self._choice == "mode":
            chosen = logits.argmax(dim=-1)
            noise = 0.0
        else:
            draw = randomness.uniform(streams, 2 * self._age, 1)
            steps = torch.softmax(logits, dim=-1).cumsum(dim=-1)
            chosen = (draw > steps).sum(dim=-1).clamp_max(logits.shape[-1] - 1)
            noise = randomness.normal(streams, 2 * self._age + 1, parts.loc.shape[-1])
        rows = torch.arange(len(chosen), device=chosen.device)
        mean = parts.loc[rows, chosen]
        return mean + noise * parts.scale[rows, chosen] if self._choice == "sample" else mean


def load_policy(path: str, device: str, choice: str = "sample") -> BatchedPolicy:
    """Load one of robomimic's checkpoints.

    Raises:
        PlatformError: robomimic is not installed.
        InputFileError: The file is missing or is not a checkpoint.
    """
    model, config, normalisation, action_range = load_checkpoint(path, device)
    return BatchedPolicy(model, config, normalisation, torch.device(device), choice, action_range)


def is_checkpoint(path: str) -> bool:
    """Whether a file is a robomimic checkpoint; no code in the file is executed."""
    return {"model", "config", "algo_name", "shape_metadata"} <= _content(path).keys()


def task_of_checkpoint(path: str) -> str:
    """Return the name of the task that a robomimic checkpoint's `env_metadata` states; empty if there is none."""
    about = _content(path).get("env_metadata")
    stated = about.get("env_name") if isinstance(about, dict) else None
    return stated if isinstance(stated, str) else ""


def _content(path: str) -> dict:
    """Return what a checkpoint holds, without reading its weights; nothing if the file is none."""
    try:
        # Files of torch before 1.6 are no archives, and are read as a whole.
        content = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except Exception:  # Any error means that this is not a checkpoint.
        return {}
    return content if isinstance(content, dict) else {}


def load_checkpoint(path: str, device: str) -> tuple[Any, Any, dict | None, ActionRange | None]:
    """Load a checkpoint; return robomimic's model, its configuration, the observations' statistics, the actions' range.

    Raises:
        PlatformError: robomimic is not installed.
        InputFileError: The file is missing or is not a checkpoint, or its weights are not finite.
    """
    require_robomimic()
    from robomimic.utils.file_utils import policy_from_checkpoint

    if not Path(path).is_file():
        raise InputFileError("there is no such file", where=path, remedy="Give a checkpoint (.pth) or a run's folder.")
    try:
        content = torch.load(path, map_location=device, weights_only=True)
        rollout_policy, _ = policy_from_checkpoint(device=torch.device(device), ckpt_dict=content)
        stats = content.get(KEY)
        action_range = None if stats is None else ActionRange.from_stats(stats, rollout_policy.policy.ac_dim)
    except Exception as error:
        raise InputFileError(
            f"is not a checkpoint of robomimic 0.3 ({type(error).__name__})",
            where=path,
            remedy="Give a .pth file that mimic train or robomimic wrote.",
        ) from error
    model = rollout_policy.policy
    if not all(bool(weight.isfinite().all()) for weight in model.nets.parameters()):
        raise InputFileError(
            "has weights that are not finite", where=path, remedy="Train it again with a lower learning rate."
        )
    return model, model.global_config, rollout_policy.obs_normalization_stats, action_range


def _like(flags: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    return flags.reshape(-1, *[1] * (value.ndim - 1))
