# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a plug-in says of a task, a robot, a device, a planner or a learner that it brings.

Specs are plain data: they name code by references that are followed when it is needed, so that a list of tasks costs no
import of torch or Isaac Lab, and so that a spec can be handed to a worker process.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from ..errors import MimicError, PluginError

type Reference = str | Callable[..., Any]
"""`package.module:name`, imported when it is needed; or the object itself."""

_REFERENCE = {"kind": "reference"}


@dataclass(frozen=True)
class Spec:
    """Base of all specs: a name, and a title for people."""

    kind: ClassVar[str] = ""
    """What it describes, in a word."""

    name: str
    title: str = ""

    def __post_init__(self) -> None:
        """Check what a plug-in has written, once.

        Raises:
            PluginError: A field has a value that cannot be used.
        """
        if not isinstance(self.name, str) or not self.name or any(map(str.isspace, self.name)):
            raise PluginError(f"a {self.kind}'s name is a text without spaces, not {self.name!r}")
        for each in fields(self):
            value, kind = getattr(self, each.name), each.metadata.get("kind")
            if kind == "reference":
                good = is_reference(value) or (value is None and each.default is None)
            elif kind == "references":
                good = isinstance(value, Mapping) and all(map(is_reference, [*value, *value.values()]))
            elif kind == "files":
                good = isinstance(value, Mapping) and all(isinstance(text, str) for text in [*value, *value.values()])
            elif isinstance(each.default, tuple):
                good = isinstance(value, tuple) and all(isinstance(text, str) for text in value)
            else:
                good = isinstance(value, type(each.default) if isinstance(each.default, bool) else str)
            if not good:
                raise PluginError(f"{each.name} cannot be {value!r}", where=f"{self.kind} {self.name}")


@dataclass(frozen=True)
class TaskSpec(Spec):
    """A task: an id in gymnasium's registry, and what is known of it beyond that.

    A Mimic environment in gymnasium's registry runs without one. A spec adds a title, local assets, a script.
    """

    kind = "task"

    needs: tuple[str, ...] = ()
    """What it needs beyond physics and assets, for people."""
    cloud_assets: bool = False
    """Whether its scene comes from NVIDIA's asset server, unless `local_assets` replaces it."""
    register: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """`() -> None`: enters the id in gymnasium's registry; called before the environment is opened."""
    local_assets: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """`(cfg, engine) -> None`: replaces the cloud's assets in the task's configuration, but for its robots, which have
    been replaced by `RobotSpec.local_assets` before; `engine` is `ovphysx`, `newton` or `isaacsim`."""
    script: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """`(env, seed) -> devices.device.TeleopDevice`: the demonstrator behind `--teleop-device scripted`."""
    train_configs: Mapping[str, str] = field(default_factory=dict, metadata={"kind": "files"}, kw_only=True)
    """Learner -> file of its configuration for this task: a path, or `package:path/within/it.json`."""

    @property
    def id(self) -> str:
        return self.name

    @property
    def local(self) -> bool:
        """Whether its scene can be built without the cloud's assets."""
        return self.local_assets is not None or not self.cloud_assets


@dataclass(frozen=True)
class RobotSpec(Spec):
    """A robot: what end-effector poses and actions mean, for many environments at once."""

    kind = "robot"

    batched: Mapping[Any, Any] = field(metadata={"kind": "references"}, kw_only=True)
    """Environment class -> `envs.BatchedEnv` made for it, both as references to where they are defined.

    Exactly these classes: one that derives from another may mean other frames by the same methods. A class that no
    robot names is called environment by environment, with a warning."""
    local_assets: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """`(cfg, engine) -> None`: replaces the cloud's robots in the configuration of a task of one of these classes, for
    `--assets local`; `engine` is `ovphysx`, `newton` or `isaacsim`."""


@dataclass(frozen=True)
class DeviceSpec(Spec):
    """A device that drives: for `--teleop-device`."""

    kind = "device"

    live: bool = True
    """Whether a person drives, in real time and one environment; else as many as there are, as fast as they step."""
    device: Reference = field(metadata=_REFERENCE, kw_only=True)
    """`(env, settings) -> devices.device.TeleopDevice`."""
    settings: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """A dataclass of what can be set of it: a `devices.settings.DeviceSettings`, and a `LiveSettings` if it is live.
    The command line's flags and the window's form are made from it. Its module imports neither torch nor Isaac Lab."""
    check: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """`(settings, task_id) -> None`: raises a `MimicError` if it cannot drive, before anything is opened. Its module
    imports neither torch nor Isaac Lab."""
    around: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """`(settings) -> ContextManager`: entered before the simulation is opened, and left after it."""
    probe: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """`() -> list[devices.listing.Listed]`: what `mimic devices` says of it."""
    doctor: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """`() -> Iterable[finding.Finding]`: what `mimic doctor` says of it."""


@dataclass(frozen=True)
class PlannerSpec(Spec):
    """A planner of the paths between segments: for `--planner`."""

    kind = "planner"

    planner: Reference = field(metadata=_REFERENCE, kw_only=True)
    """`() -> datagen.planning.TransitionPlanner`: a new one for each run."""


@dataclass(frozen=True)
class LearnerSpec(Spec):
    """A policy learner: for `mimic train`, and for the checkpoints that `evaluate` and the like are given.

    What it has to offer says `learning.api.Learner`. `evaluate` asks each learner in turn whether a file is its own.
    Nothing heavy may be imported before it is asked for something.
    """

    kind = "learner"

    learner: Reference = field(metadata=_REFERENCE, kw_only=True)
    """`() -> learning.api.Learner`."""


def is_reference(value: Any) -> bool:
    """Return whether a value can be followed by `resolve`."""
    if isinstance(value, str):
        module, colon, name = value.partition(":")
        return bool(colon) and all(part.isidentifier() for part in (*module.split("."), *name.split(".")))
    return callable(value)


def resolve(reference: Reference) -> Any:
    """Return what a reference names, importing its module.

    Raises:
        PluginError: It cannot be imported, or has no such name.
    """
    if not isinstance(reference, str):
        return reference
    module, _, name = reference.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except MimicError:
        raise
    except Exception as error:
        if module.partition(".")[0] == __name__.partition(".")[0]:
            raise  # a defect of ours keeps its traceback
        raise PluginError(
            f"cannot be loaded ({type(error).__name__}: {error})",
            where=reference,
            remedy="Repair the package that registers it, or uninstall it.",
        ) from error
    return found
