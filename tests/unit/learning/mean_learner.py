# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A learner of somebody else's, as a file for `--import`: it learns the mean action, by gradient descent."""

import json
import zipfile
from pathlib import Path

import numpy as np
import torch

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.datasets.check import require
from isaaclab_mimic_core.errors import InputFileError
from isaaclab_mimic_core.learning.api import PolicySpec, Request, Saving
from isaaclab_mimic_core.plugins import LearnerSpec, register_learner


class MeanPolicy:
    """Does the same everywhere."""

    def __init__(self, action: torch.Tensor):
        self._action = action
        self.spec = PolicySpec({"eef_pos": (3,)}, len(action))

    def begin(self, env_ids: torch.Tensor, num_envs: int) -> None:
        pass

    def act(self, observations: dict[str, torch.Tensor], streams: torch.Tensor) -> torch.Tensor:
        return self._action.expand(len(streams), -1).clone()


class MeanTraining:
    steps_per_epoch = 4

    def __init__(self, actions: torch.Tensor):
        self._actions = actions
        self._mean = torch.zeros(actions.shape[1], requires_grad=True)
        self._optimiser = torch.optim.SGD([self._mean], lr=0.3)
        self.epoch = self.steps_done = 0
        self.loss = 0.0
        self.validation_loss = None

    @property
    def learning_rate(self) -> float:
        return self._optimiser.param_groups[0]["lr"]

    def begin_epoch(self) -> None:
        self.epoch, self.steps_done = self.epoch + 1, 0

    def advance(self, seconds: float) -> bool:
        self._optimiser.zero_grad()
        loss = ((self._actions - self._mean) ** 2).mean()
        loss.backward()
        self._optimiser.step()
        self.loss = float(loss)
        self.steps_done += 1
        return self.steps_done == self.steps_per_epoch

    def save_checkpoint(self, path: Path) -> None:
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("mean.json", json.dumps(self._mean.tolist()))

    def save_state(self, path: Path, more: dict) -> None:
        torch.save({"epoch": self.epoch, "mean": self._mean.detach(), "more": more}, path)

    def load_state(self, path: Path) -> dict:
        state = torch.load(path, weights_only=True)
        self.epoch = state["epoch"]
        self._mean.data.copy_(state["mean"])
        return state["more"]

    def policy(self, device: torch.device) -> MeanPolicy:
        return MeanPolicy(self._mean.detach().to(device))


class MeanPlan:
    saving = Saving(every_epochs=2)
    text_log = tensorboard = False
    label = "mean"
    config_path = ""

    def __init__(self, request: Request):
        self._dataset = request.dataset
        self.epochs = request.epochs or 5
        self.config = {"epochs": self.epochs}
        self.notes = ["This one only learns the mean."]

    def start(self) -> MeanTraining:
        with DatasetReader(self._dataset) as reader:
            require(reader, ["obs/eef_pos"])
            actions = np.concatenate([episode.data["actions"] for episode in reader.episodes(["actions"])])
        return MeanTraining(torch.tensor(actions))

    def about(self) -> dict:
        return {"precision": "float32"}

    def differences(self, begun: dict) -> list:
        return []


class MeanLearner:
    packages = ("numpy",)

    def require(self) -> None:
        pass

    def plan(self, request: Request) -> MeanPlan:
        return MeanPlan(request)

    def owns(self, path: str) -> bool:
        if not zipfile.is_zipfile(path):
            return False
        with zipfile.ZipFile(path) as file:
            return file.namelist() == ["mean.json"]

    def load(self, path: str, device: str, actions: str) -> MeanPolicy:
        if not self.owns(path):
            raise InputFileError("is no mean action", where=path)
        with zipfile.ZipFile(path) as file:
            return MeanPolicy(torch.tensor(json.loads(file.read("mean.json")), device=device))

    def export(self, checkpoint: str, path: Path) -> dict:
        path.write_text(json.dumps(self.load(checkpoint, "cpu", "mode")._action.tolist()))
        return {"difference": 0.0}


register_learner(LearnerSpec("mean", "The mean action", learner=MeanLearner))
