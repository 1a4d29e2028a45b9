# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""robomimic as a learner (`learning.api.Learner`)."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import OptionError
from ...run_manifest import Difference
from ..api import Request, Saving
from .config import build_config, plain, read_config, require_robomimic, set_epochs, take_dataset
from .pretraining import SECTION, pretraining_of
from .settings import check_settings, leaves

if TYPE_CHECKING:
    from .policy import BatchedPolicy
    from .trainer import Trainer

_DECIDES_NOTHING = (
    "train.num_epochs",
    "train.data",
    "train.output_dir",
    "train.cuda",
    "train.num_data_workers",
    "train.hdf5_cache_mode",
    "experiment.name",
    "experiment.logging.",
    "experiment.save.",
    "experiment.rollout.",
    "experiment.render",
    "experiment.keep_all_videos",
    "meta.",
)
"""Settings that may differ when a run is resumed; the dataset is compared by content."""
_OPTIONAL_SECTIONS = (f"train.{SECTION}", "train.action_config")
"""Sections that a configuration may lack; what robomimic has itself is always complete."""


class RobomimicLearner:
    """robomimic 0.3.0: its configurations, networks, losses and checkpoints."""

    packages: tuple[str, ...] = ("robomimic", "numpy")
    distributes = True

    def require(self) -> None:
        require_robomimic()

    def plan(self, request: Request) -> "RobomimicPlan":
        return RobomimicPlan(request)

    def owns(self, path: str) -> bool:
        from .policy import is_checkpoint

        return is_checkpoint(path)

    def task_of(self, path: str) -> str:
        from .policy import task_of_checkpoint

        return task_of_checkpoint(path)

    def load(self, path: str, device: str, actions: str) -> "BatchedPolicy":
        from .policy import load_policy

        return load_policy(path, device, actions)

    def export(self, checkpoint: str, path: Path) -> dict:
        from .export import export_policy

        return export_policy(checkpoint, path)


class RobomimicPlan:
    """A checked training with robomimic's configuration (`learning.api.Plan`).

    Raises:
        MimicError: The configuration or an option cannot be used.
    """

    def __init__(self, request: Request):
        if request.exact and request.precision == "bfloat16":
            raise OptionError("robomimic trains in float32", where="--exact", remedy="Leave out --precision.")
        self._request = request
        raw, self.config_path = read_config(request.config, request.task)
        self.notes: list[str] = take_dataset(raw, request.dataset, self.config_path)
        config = self._config = build_config(raw, self.config_path)
        check_settings(config, self.config_path)
        if request.exact and pretraining_of(config) is not None:
            raise OptionError(
                "robomimic's own loop does not train encoders first",
                where="--exact",
                remedy=f"Leave it out, or take train.{SECTION} out of the configuration.",
            )
        if request.ranks is not None:
            self._check_several(request, config)
        config.train.cuda = request.device != "cpu"
        if request.seed:
            config.train.seed = request.seed
        if request.epochs and request.epochs != config.train.num_epochs:
            self.notes += set_epochs(config, request.epochs)
        config.lock()
        self.epochs: int = config.train.num_epochs
        save, logging = config.experiment.save, config.experiment.logging
        self.saving = Saving(
            enabled=save.enabled,
            every_epochs=save.every_n_epochs,
            every_seconds=save.every_n_seconds,
            epochs=tuple(save.epochs),
            on_best_validation=save.on_best_validation,
        )
        self.text_log: bool = logging.terminal_output_to_txt
        self.tensorboard: bool = logging.log_tb
        self.label: str = config.experiment.name
        self.config: dict = plain(config)
        self._precision = request.precision

    def start(self) -> "Trainer":
        from .trainer import Trainer

        request = self._request
        # A resumed run keeps its precision, even if auto would now decide otherwise.
        precision = request.begun.get("precision", "auto") if request.precision == "auto" else request.precision
        if settings := pretraining_of(self._config):
            from .visuomotor import VisuomotorTrainer

            trainer = VisuomotorTrainer(self._config, settings, request.device, precision, self.config_path)
        else:
            trainer = Trainer(
                self._config, request.device, request.exact, precision, self.config_path, ranks=request.ranks
            )
        trainer.rehearse()
        self._precision = trainer.precision
        return trainer

    def _check_several(self, request: Request, config: Any) -> None:
        """Check what can be known now of whether several processes can share this training."""
        from .sequences import can_be_resident

        leave_out = "Leave out --processes, or"
        if request.exact:
            raise OptionError("robomimic's own loop is one process", where="--exact", remedy=f"{leave_out} --exact.")
        if pretraining_of(config) is not None:
            raise OptionError(
                "encoders are trained in one process",
                where="--processes",
                remedy=f"{leave_out} take train.{SECTION} out of the configuration.",
            )
        if not can_be_resident(config):
            raise OptionError(
                "several processes share what lies on their devices: no images, goals or next_obs",
                where="--processes",
                remedy=f"{leave_out} observe numbers only.",
            )

    def about(self) -> dict[str, Any]:
        return {"precision": self._precision}

    def differences(self, begun: dict) -> list[Difference]:
        then, now = dict(leaves(begun)), dict(leaves(self.config))
        # If the learning rate's schedule spans the whole training, the number of epochs affects every epoch.
        epochs = "train.num_epochs"
        stretched = any(name.endswith(".epoch_schedule") and now[name] != then.get(name, now[name]) for name in now)
        if stretched and now[epochs] != then.get(epochs):
            return [Difference("--epochs", then.get(epochs), f"{now[epochs]} (the learning rate follows it)")]
        changed = [
            Difference(f"--config: {name}", then[name], value)
            for name, value in now.items()
            if name in then and then[name] != value and not name.startswith(_DECIDES_NOTHING)
        ]
        on_one_side = [
            Difference(f"--config: {name}", then.get(name, "left out"), now.get(name, "left out"))
            for name in [*now, *then]
            if (name in now) != (name in then)
            and name.startswith(_OPTIONAL_SECTIONS)
            and {**then, **now}[name] is not None
        ]
        return changed + on_one_side
