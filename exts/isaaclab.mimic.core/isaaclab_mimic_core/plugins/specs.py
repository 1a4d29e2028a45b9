# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The specs by which a plug-in describes a task, a robot, a device, a planner or a learner.

Specs are plain data. They refer to code by name, and the code is imported when it is needed: so listing tasks does not
import torch or Isaac Lab, and a spec can be passed to a worker process.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from ..errors import MimicError, PluginError

type Reference = str | Callable[..., Any]
"""`package.module:name`, imported when it is needed; or the object itself."""

_REFERENCE = {"kind": "reference"}

KEYS, GAMEPAD = "keys", "gamepad"
HOST_INPUTS = ("", KEYS, GAMEPAD)
"""Input that a host can pass on to a device: none, the keys of a terminal or a window, or Kit's gamepad."""


@dataclass(frozen=True)
class Spec:
    """Base class of all specs: a name, and a title for people."""

    kind: ClassVar[str] = ""
    """What the spec describes, such as `task`."""

    name: str
    title: str = ""

    def __post_init__(self) -> None:
        """Check the fields that a plug-in has set.

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
            elif kind == "choice":
                good = value in each.metadata["choices"]
            elif isinstance(each.default, tuple):
                good = isinstance(value, tuple) and all(isinstance(text, str) for text in value)
            else:
                good = isinstance(value, type(each.default) if isinstance(each.default, bool) else str)
            if not good:
                raise PluginError(f"{each.name} cannot be {value!r}", where=f"{self.kind} {self.name}")


@dataclass(frozen=True)
class TaskSpec(Spec):
    """A task: an id in gymnasium's registry, and more about it.

    A Mimic environment in gymnasium's registry runs without a spec. A spec adds a title, local assets, a script.
    """

    kind = "task"

    needs: tuple[str, ...] = ()
    """Needs besides physics and assets, as text."""
    cloud_assets: bool = False
    """Whether its scene comes from NVIDIA's asset server, unless `local_assets` replaces it."""
    register: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """`() -> None`: enters the id in gymnasium's registry; called before the environment is opened."""
    local_assets: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """`(cfg, engine) -> None`: replaces the cloud's assets in the task's configuration, except its robots, which
    `RobotSpec.local_assets` has replaced before; `engine` is `ovphysx`, `newton` or `isaacsim`."""
    script: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """`(env, seed) -> devices.device.TeleopDevice`: the demonstrator behind `--teleop-device scripted`."""
    signals: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """`(env) -> envs.batched.TaskSignals | None`: subtask termination signals that the environment does not have
    itself; None if there are none for the assets that it was opened with (`env.info["assets"]`)."""
    sample: str = field(default="", kw_only=True)
    """Folder in the product's `data` with recorded demonstrations of it, for `mimic quickstart`."""
    environment: str = field(default="", kw_only=True)
    """The environment in gymnasium's registry, if the task's name is another: with a `descriptor` a plain
    `ManagerBasedRLEnv` is enough."""
    descriptor: str = field(default="", kw_only=True)
    """YAML file that says what Mimic needs to know (docs/own-task.md): a path, or
    `package:path/within/it.yaml`. An embodiment of AutoData's may follow after a comma."""
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
    """A robot: how its end-effector poses and actions are computed, for many environments at once."""

    kind = "robot"

    batched: Mapping[Any, Any] = field(metadata={"kind": "references"}, kw_only=True)
    """Environment class -> `envs.BatchedEnv` made for it, both as references to where they are defined.

    Derived classes do not match, because their methods may use other frames. The methods of a class that no robot names
    are called for one environment after the other, with a warning."""
    local_assets: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """`(cfg, engine) -> None`: replaces the cloud's robots in the configuration of a task of one of these classes, for
    `--assets local`; `engine` is `ovphysx`, `newton` or `isaacsim`."""


@dataclass(frozen=True)
class DeviceSpec(Spec):
    """A teleoperation device, or a script, for `--teleop-device`."""

    kind = "device"

    live: bool = True
    """Whether a person drives one environment in real time; else it drives all environments as fast as they step."""
    host_input: str = field(default="", metadata={"kind": "choice", "choices": HOST_INPUTS}, kw_only=True)
    """Input of the host that drives it, `keys` or `gamepad`; empty if it reads hardware of its own, or nothing."""
    shows_scene: bool = field(default=False, kw_only=True)
    """Whether it shows the scene to the person who drives, as a headset does; needs Isaac Sim as the simulator."""
    start: str = field(default="", kw_only=True)
    """How a person begins to drive when everything is ready, as a sentence; shown with `state`."""
    device: Reference = field(metadata=_REFERENCE, kw_only=True)
    """`(env, settings) -> devices.device.TeleopDevice`."""
    settings: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """The dataclass of its settings: a `devices.settings.DeviceSettings`, and a `LiveSettings` if it is live.
    The command line's flags and the window's form are made from it. Its module must not import torch or Isaac Lab."""
    check: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """`(settings, task_id) -> None`: raises a `MimicError` if the device cannot drive; called before anything is
    opened. Its module must not import torch or Isaac Lab."""
    around: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """`(settings) -> ContextManager`: entered before the simulation is opened, and left after it."""
    probe: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """`() -> list[devices.listing.Listed]`: what `mimic devices` lists."""
    doctor: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """`() -> Iterable[finding.Finding]`: what `mimic doctor` reports."""
    state: Reference | None = field(default=None, metadata=_REFERENCE, kw_only=True)
    """`() -> Iterable[finding.Finding]`: what the device needs, there or missing; Record shows it before a run."""


@dataclass(frozen=True)
class PlannerSpec(Spec):
    """A planner of the paths between segments, for `--planner`."""

    kind = "planner"

    planner: Reference = field(metadata=_REFERENCE, kw_only=True)
    """`() -> datagen.planning.TransitionPlanner`: a new one for each run."""


@dataclass(frozen=True)
class LearnerSpec(Spec):
    """A learner, for `mimic train`, and for checkpoints given to `evaluate`, `play` and `export-policy`.

    `learning.api.Learner` is its interface. To find the learner of a checkpoint, each learner's `owns` is called.
    Its module must not import torch or Isaac Lab at the top.
    """

    kind = "learner"

    learner: Reference = field(metadata=_REFERENCE, kw_only=True)
    """`() -> learning.api.Learner`."""


def is_reference(value: object) -> bool:
    """Return whether `resolve` accepts a value."""
    if isinstance(value, str):
        module, colon, name = value.partition(":")
        return bool(colon) and all(part.isidentifier() for part in (*module.split("."), *name.split(".")))
    return callable(value)


def resolve(reference: Reference) -> Any:
    """Import the module of a reference, and return the object that it names.

    Raises:
        PluginError: The module cannot be imported, or has no such name.
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
