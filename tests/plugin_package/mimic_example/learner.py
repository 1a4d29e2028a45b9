# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A learner: actions as a linear function of where the hand is, solved anew with less regularisation in each epoch."""

import json
from pathlib import Path

import numpy as np
import torch

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.errors import InputFileError, OptionError
from isaaclab_mimic_core.learning.api import PolicySpec, Request, Saving

_SEEN = {"eef_pos": (3,), "eef_quat": (4,)}
_FORMAT = "mimic_example linear"


class LinearPolicy:
    """Looks at the hand alone: too little to stack, enough to show the door."""

    def __init__(self, weight: torch.Tensor):
        self.weight = weight
        self.spec = PolicySpec(_SEEN, weight.shape[1])

    def begin(self, env_ids: torch.Tensor, num_envs: int) -> None:
        """It remembers nothing."""

    def act(self, observations: dict[str, torch.Tensor], streams: torch.Tensor) -> torch.Tensor:
        seen = torch.cat([observations[name] for name in _SEEN], dim=-1).to(self.weight)
        return torch.cat([seen, torch.ones_like(seen[:, :1])], dim=-1) @ self.weight


class LinearTraining:
    """One least-squares problem an epoch."""

    steps_per_epoch = 1
    validation_loss = None
    preparations = ()

    def __init__(self, seen: np.ndarray, actions: np.ndarray):
        self._seen = torch.tensor(np.column_stack([seen, np.ones(len(seen))]), dtype=torch.float64)
        self._actions = torch.tensor(actions, dtype=torch.float64)
        self._weight = torch.zeros(self._seen.shape[1], self._actions.shape[1], dtype=torch.float64)
        self.epoch = self.steps_done = 0
        self.loss = 0.0

    @property
    def learning_rate(self) -> float:
        """How much regularisation is left."""
        return 10.0**-self.epoch

    def begin_epoch(self) -> None:
        self.epoch, self.steps_done = self.epoch + 1, 0

    def advance(self, seconds: float) -> bool:
        ridge = self.learning_rate * torch.eye(self._seen.shape[1], dtype=torch.float64)
        self._weight = torch.linalg.solve(self._seen.T @ self._seen + ridge, self._seen.T @ self._actions)
        self.loss = float((self._seen @ self._weight - self._actions).square().mean())
        self.steps_done = 1
        return True

    def save_checkpoint(self, path: Path) -> None:
        path.write_text(json.dumps({"format": _FORMAT, "weight": self._weight.tolist()}))

    def save_state(self, path: Path, more: dict) -> None:
        path.write_text(json.dumps({"epoch": self.epoch, "more": more}))

    def load_state(self, path: Path) -> dict:
        state = json.loads(path.read_text())
        self.epoch = state["epoch"]
        return state["more"]

    def policy(self, device: torch.device) -> LinearPolicy:
        return LinearPolicy(self._weight.float().to(device))


class LinearPlan:
    """What is known before the file is read."""

    saving = Saving(every_epochs=1)
    text_log = tensorboard = False
    label = "linear"
    config_path = ""
    notes = ["It only looks at the hand."]

    def __init__(self, request: Request):
        if request.exact:
            raise OptionError("there is no other loop to reproduce", where="--exact")
        self._dataset = request.dataset
        self.epochs = request.epochs or 2
        self.config = {"epochs": self.epochs}

    def start(self) -> LinearTraining:
        with DatasetReader(self._dataset) as reader:
            paths = [f"obs/{name}" for name in _SEEN]
            episodes = [reader.read(name, ["actions", *paths]) for name in reader.episode_names]
        seen = np.concatenate([np.column_stack([each.data[path] for path in paths]) for each in episodes])
        return LinearTraining(seen, np.concatenate([each.data["actions"] for each in episodes]))

    def about(self) -> dict:
        return {"precision": "float64"}

    def differences(self, begun: dict) -> list:
        return []


class LinearLearner:
    """The learner itself."""

    packages = ("numpy",)

    def require(self) -> None:
        """Nothing beside what Isaac Lab brings."""

    def plan(self, request: Request) -> LinearPlan:
        return LinearPlan(request)

    def owns(self, path: str) -> bool:
        try:
            return json.loads(Path(path).read_text()).get("format") == _FORMAT
        except (OSError, ValueError, AttributeError):
            return False

    def load(self, path: str, device: str, actions: str) -> LinearPolicy:
        if not self.owns(path):
            raise InputFileError("is no checkpoint of this learner", where=path)
        return LinearPolicy(torch.tensor(json.loads(Path(path).read_text())["weight"], device=device))

    def export(self, checkpoint: str, path: Path) -> dict:
        raise OptionError("a linear policy is its checkpoint already", where="--output")
