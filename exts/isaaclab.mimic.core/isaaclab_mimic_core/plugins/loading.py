# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Load plug-ins: those we ship, entry points of installed packages, `--import` and `MIMIC_IMPORT`, a parent process's.

A plug-in that cannot be loaded gives one warning, and what it has registered is removed again.
"""

import importlib
import importlib.util
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from ..errors import OptionError, PluginError
from .carrying import from_carried, search_path, to_carried
from .registry import LOCK, Registry, owned_by
from .specs import DeviceSpec, LearnerSpec, PlannerSpec, RobotSpec, Spec, TaskSpec

VARIABLE = "MIMIC_IMPORT"
"""Environment variable: modules and paths to import, with a colon between them. Processes that we start inherit it."""

_CARRIED = "MIMIC_REGISTERED"
"""Environment variable: specs that a parent process has registered by plain calls, as JSON."""

_PACKAGE = __name__.partition(".")[0]
_SHIPPED = ("tasks", "robots", "devices", "datagen", "learning")
"""Our own folders; `register()` of their module `shipped` makes the same calls as any plug-in."""


@dataclass(frozen=True)
class Problem:
    """A plug-in that cannot be used."""

    plugin: str
    error: str

    def __str__(self) -> str:
        return f"plug-in {self.plugin} cannot be used: {self.error}"


_problems: list[Problem] = []
_listeners: list[Callable[[Problem], None]] = []
_loaded: list[str] = []
_done: set[str] = set()
_loading = False


def load() -> None:
    """Load every plug-in that has not been loaded yet."""
    global _loading
    with LOCK:
        if _loading:
            return
        _loading = True
        try:
            _load_shipped()
            # By name, because those modules import this one.
            importlib.import_module(f"{_PACKAGE}.sim.preparing").watch()
            _load_entry_points()
            _load_carried()
            for name in imports():
                if _first(f"import {name}"):
                    _guarded(name, lambda name=name: import_plugin(name))
        finally:
            _loading = False


TASKS = Registry(TaskSpec, load)
ROBOTS = Registry(RobotSpec, load)
DEVICES = Registry(DeviceSpec, load)
PLANNERS = Registry(PlannerSpec, load)
LEARNERS = Registry(LearnerSpec, load)

REGISTRIES: dict[str, Registry] = {
    "tasks": TASKS,
    "robots": ROBOTS,
    "devices": DEVICES,
    "planners": PLANNERS,
    "learners": LEARNERS,
}
"""The registries by the last word of their entry points' group: `isaaclab_mimic.tasks`, ..."""


def loaded() -> tuple[str, ...]:
    """Return the plug-ins that were loaded, without those we ship."""
    load()
    return tuple(_loaded)


def problems() -> tuple[Problem, ...]:
    """Return which plug-ins could not be loaded so far, and why."""
    return tuple(_problems)


def on_problem(listener: Callable[[Problem], None]) -> Callable[[], None]:
    """Call a function for every plug-in that cannot be loaded, at once for those known so far.

    Returns:
        A function that ends these calls.
    """
    for problem in _problems:
        listener(problem)
    _listeners.append(listener)
    return lambda: _listeners.remove(listener) if listener in _listeners else None


@contextmanager
def restored() -> Iterator[None]:
    """Restore the registries, the list of loaded plug-ins and the problems at the end of the context; for tests."""
    done, names, troubles = set(_done), list(_loaded), list(_problems)
    with ExitStack() as stack:
        for registry in REGISTRIES.values():
            stack.enter_context(registry.restored())
        try:
            yield
        finally:
            _done.clear()
            _done.update(done)
            _loaded[:], _problems[:] = names, troubles


def imports() -> tuple[str, ...]:
    """Return the plug-ins that are imported besides installed packages: modules, and absolute paths."""
    return tuple(filter(None, os.environ.get(VARIABLE, "").split(os.pathsep)))


def use_imports(names: Sequence[str]) -> None:
    """Import these plug-ins as well, here and in processes that are started from here.

    Args:
        names: Modules (`my_package.tasks`), Python files and folders of packages.

    Raises:
        OptionError: There is no such module, file or package. (A plug-in that exists but fails gives a warning when it
            is loaded.)
    """
    wanted = []
    for name in names:
        if _is_path(name):
            path = Path(name).expanduser().absolute()
            if not (path.is_file() and path.suffix == ".py") and not (path / "__init__.py").is_file():
                raise OptionError("neither a Python file nor a folder of a package", where=f"--import {name}")
            if os.pathsep in str(path):
                # The environment variable that passes paths to workers separates them by a colon.
                raise OptionError(f"a path with {os.pathsep!r} in it cannot be handed on", where=f"--import {name}")
            wanted.append(str(path))
        elif not _is_importable(name):
            raise OptionError(
                "there is no such module",
                where=f"--import {name}",
                remedy="Install its package, or give the path of its file.",
            )
        else:
            wanted.append(name)
    os.environ[VARIABLE] = os.pathsep.join(dict.fromkeys([*imports(), *wanted]))


def import_plugin(name: str) -> ModuleType:
    """Import a module, a Python file or a folder of a package.

    Raises:
        PluginError: A file's name is that of another module.
    """
    if not _is_path(name):
        return importlib.import_module(name)
    path = Path(name)
    file = path / "__init__.py" if path.is_dir() else path
    if not file.is_file():
        raise PluginError("there is no such file")
    # Modules beside it can be imported too, but hide none of the installed ones.
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    module = importlib.import_module(path.stem)
    found = getattr(module, "__file__", None)
    if not found or not file.samefile(found):
        raise PluginError(f"another module is named {path.stem} ({found or 'a part of Python'}); rename the file")
    return module


def environment_for_workers() -> dict[str, str]:
    """Return the environment variables by which a process that we start finds the plug-ins of this one."""
    called = {name: [*registry.owned(_CARRIED), *registry.owned()] for name, registry in REGISTRIES.items()}
    variables = {_CARRIED: json.dumps({name: to_carried(specs) for name, specs in called.items() if specs})}
    modules = [name for name in imports() if not _is_path(name)]
    if found := search_path(modules, [spec for specs in called.values() for spec in specs]):
        variables["PYTHONPATH"] = os.pathsep.join(found)
    return variables


def _load_shipped() -> None:
    for name in _SHIPPED:
        if _first(f"shipped {name}"):
            with owned_by(_PACKAGE):
                importlib.import_module(f"{_PACKAGE}.{name}.shipped").register()


def _load_entry_points() -> None:
    if not _first("entry points"):
        return
    for group, registry in REGISTRIES.items():
        for entry in metadata.entry_points(group=f"isaaclab_mimic.{group}"):
            package = entry.dist.name if entry.dist else entry.value.partition(":")[0]
            _guarded(package, lambda entry=entry, registry=registry: _enter(entry, registry), entry.value)


def _enter(entry: metadata.EntryPoint, registry: Registry) -> None:
    """Load an entry point: a spec or several, or a function that returns some or registers by itself; or a module."""
    loaded: Any = entry.load()
    found: Any = loaded() if callable(loaded) else loaded
    if found is None or isinstance(found, ModuleType):
        return
    for spec in [found] if isinstance(found, Spec) else found:
        registry.register(spec)


def _load_carried() -> None:
    if not _first("carried") or not (text := os.environ.get(_CARRIED)):
        return

    def enter() -> None:
        for name, specs in json.loads(text).items():
            for spec in specs:
                REGISTRIES[name].register(from_carried(REGISTRIES[name].kind, spec), replace=True)

    _guarded(_CARRIED, enter)


def _guarded(plugin: str, enter: Callable[[], object], part: str = "") -> None:
    """Load a plug-in, or a part of it. An error gives a warning, and what the part has registered is removed.

    Parts that fail for the same reason, for example because their package cannot be imported, give one warning.
    """
    owner = f"{plugin} ({part})" if part else plugin
    try:
        with owned_by(owner):
            enter()
        if plugin not in _loaded:
            _loaded.append(plugin)
    except (Exception, SystemExit) as error:
        for registry in REGISTRIES.values():
            registry.disown(owner)
        words = " ".join(str(error).split()) or "no message"
        problem = Problem(plugin, words if isinstance(error, PluginError) else f"{type(error).__name__}: {words}")
        if problem in _problems:
            return
        _problems.append(problem)
        for listener in list(_listeners):
            listener(problem)


def _first(source: str) -> bool:
    """Return whether a source has not been loaded yet, and note that it is now."""
    new = source not in _done
    _done.add(source)
    return new


def _is_path(name: str) -> bool:
    return os.sep in name or name.endswith(".py") or name.startswith("~")


def _is_importable(name: str) -> bool:
    try:
        return name in sys.modules or importlib.util.find_spec(name) is not None
    except Exception:
        # Either its parent package fails, which loading it will report with the error, or the name is not a module's.
        return all(part.isidentifier() for part in name.split(".")) and _is_importable(name.partition(".")[0])
