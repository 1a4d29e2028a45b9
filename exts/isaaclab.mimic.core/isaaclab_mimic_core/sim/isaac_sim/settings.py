# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Isaac Lab's settings in those of the application, and how they were before.

Isaac Lab keeps its settings to itself until its launcher has given it the application's (`set_backend`). Without that,
neither PhysX nor Fabric hears of any: on a GPU PhysX then copies its state to the CPU, while Isaac Lab expects it on
the GPU.
"""

import contextlib
from collections.abc import Iterator
from typing import Any


class RecordedSettings:
    """A `carb.settings` interface that remembers what each setting was before it was first set through it.

    Args:
        settings: The application's `carb.settings.ISettings`.
    """

    def __init__(self, settings: Any):
        self._settings = settings
        self._before: dict[str, Any] = {}
        self._new_parents: set[str] = set()

    def keep(self, path: str) -> None:
        """Remember a setting that somebody is going to set without this interface."""
        if path in self._before:
            return
        self._before[path] = self._settings.get(path)
        parts = path.split("/")
        for end in range(2, len(parts)):
            parent = "/".join(parts[:end])
            if self._settings.get(parent) is None:
                self._new_parents.add(parent)

    def set(self, path: str, value: Any) -> None:
        self.keep(path)
        self._settings.set(path, value)

    # Isaac Lab's manager calls these, by the type of the value.
    set_bool = set_int = set_float = set_string = set

    def get(self, path: str) -> Any:
        return self._settings.get(path)

    def put_back(self, path: str) -> None:
        """Set one that was remembered to what it was, or remove it if it was not there."""
        value = self._before.pop(path)
        if value is None:
            self._settings.destroy_item(path)
        else:
            self._settings.set(path, value)

    def restore(self) -> None:
        """Set all that was remembered to what it was, and remove what was not there."""
        for path in list(self._before):
            self.put_back(path)
        for parent in sorted(self._new_parents, key=len, reverse=True):
            # Somebody else may have put something there since.
            if not self._settings.get(parent):
                self._settings.destroy_item(parent)
        self._new_parents.clear()


@contextlib.contextmanager
def recorded_settings() -> Iterator[RecordedSettings]:
    """Let Isaac Lab's settings be the application's for a time; at the end all that it has set is as it was."""
    import carb.settings
    from isaaclab.app.settings_manager import get_settings_manager

    manager = get_settings_manager()
    before = manager._backend
    settings = RecordedSettings(carb.settings.get_settings())
    manager.set_backend(settings)
    try:
        yield settings
    finally:
        settings.restore()
        manager.set_backend(before)
