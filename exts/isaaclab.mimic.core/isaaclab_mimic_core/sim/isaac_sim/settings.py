# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Write Isaac Lab's settings into the application's, and restore the application's afterwards.

Isaac Lab keeps its settings in Python until its launcher connects them to carb (`set_backend`). Without that neither
PhysX nor Fabric sees them: on a GPU, PhysX then copies its state to the CPU, while Isaac Lab expects it on the GPU.
"""

import contextlib
from collections.abc import Iterator
from typing import Any


class RecordedSettings:
    """A `carb.settings` interface that records each setting's value before it first changes it.

    Args:
        settings: The application's `carb.settings.ISettings`.
    """

    def __init__(self, settings: Any):
        self._settings = settings
        self._before: dict[str, Any] = {}
        self._new_parents: set[str] = set()

    def remember(self, path: str) -> None:
        """Record a setting that other code is going to write without this interface."""
        if path in self._before:
            return
        self._before[path] = self._settings.get(path)
        parts = path.split("/")
        for end in range(2, len(parts)):
            parent = "/".join(parts[:end])
            if self._settings.get(parent) is None:
                self._new_parents.add(parent)

    def set(self, path: str, value: Any) -> None:
        self.remember(path)
        self._settings.set(path, value)

    # Isaac Lab's SettingsManager calls the one for the value's type.
    set_bool = set_int = set_float = set_string = set

    def get(self, path: str) -> Any:
        return self._settings.get(path)

    def put_back(self, path: str) -> None:
        """Restore one recorded setting; remove it if it did not exist."""
        value = self._before.pop(path)
        if value is None:
            self._settings.destroy_item(path)
        else:
            self._settings.set(path, value)

    def restore(self) -> None:
        """Restore all recorded settings; remove those that did not exist."""
        for path in list(self._before):
            self.put_back(path)
        for parent in sorted(self._new_parents, key=len, reverse=True):
            # Other code may have written below it meanwhile.
            if not self._settings.get(parent):
                self._settings.destroy_item(parent)
        self._new_parents.clear()


@contextlib.contextmanager
def recorded_settings() -> Iterator[RecordedSettings]:
    """Connect Isaac Lab's settings to the application's; restore everything it has set at the end."""
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
