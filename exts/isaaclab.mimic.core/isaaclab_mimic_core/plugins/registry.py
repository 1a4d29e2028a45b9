# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A registry of specs, which plug-ins can change while the program runs."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ..errors import OptionError, PluginError
from .specs import Spec

LOCK = threading.RLock()
"""Held while registries change, because panels use them in threads."""

_owner: ContextVar[str] = ContextVar("plug-in that is being loaded", default="")


@contextmanager
def owned_by(plugin: str) -> Iterator[None]:
    """Assign everything that is registered within the context to a plug-in."""
    token = _owner.set(plugin)
    try:
        yield
    finally:
        _owner.reset(token)


class Registry[S: Spec]:
    """Specs of one kind, by name, in the order of registration.

    Args:
        kind: The class of the specs.
        load: Loads the plug-ins, once; called before every look-up.
    """

    def __init__(self, kind: type[S], load: Callable[[], None]) -> None:
        self.kind = kind
        self._load = load
        # The last spec of a name counts; unregistering it restores the one before.
        self._entries: dict[str, list[tuple[str, S]]] = {}
        self._listeners: list[Callable[[], None]] = []

    def register(self, spec: S, *, replace: bool = False) -> None:
        """Add a spec.

        Args:
            spec: The spec; adding it once more changes nothing.
            replace: Replace another spec of that name until this one is unregistered.

        Raises:
            PluginError: It is not a spec of this kind, or there is another one of that name.
        """
        if not isinstance(spec, self.kind):
            raise PluginError(f"a {self.kind.__name__} is wanted here, not {spec!r}")
        with LOCK:
            entries = self._entries.setdefault(spec.name, [])
            if any(spec == there for _, there in entries):
                return
            if entries and not replace:
                owner = entries[-1][0]
                raise PluginError(
                    "is registered already" + (f", by {owner}" if owner else ""),
                    where=f"{spec.kind} {spec.name}",
                    remedy="Choose another name, or register it with replace=True.",
                )
            entries.append((_owner.get(), spec))
        self._tell()

    def unregister(self, name: str) -> None:
        """Remove the spec that was registered last under a name; ignore a name that is not registered."""
        with LOCK:
            entries = self._entries.get(name, [])
            if not entries:
                return
            entries.pop()
            if not entries:
                del self._entries[name]
        self._tell()

    def disown(self, plugin: str) -> None:
        """Remove all specs that a plug-in has registered."""
        with LOCK:
            kept = {name: [e for e in entries if e[0] != plugin] for name, entries in self._entries.items()}
            changed = kept != self._entries
            self._entries = {name: entries for name, entries in kept.items() if entries}
        if changed:
            self._tell()

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Restore the registry at the end of the context."""
        with LOCK:
            before = {name: list(entries) for name, entries in self._entries.items()}
        try:
            yield
        finally:
            with LOCK:
                self._entries = before

    def all(self) -> dict[str, S]:
        """Return the specs by name."""
        self._load()
        with LOCK:
            return {name: entries[-1][1] for name, entries in self._entries.items()}

    def owned(self, plugin: str = "") -> list[S]:
        """Return the specs that a plug-in has registered, or that were registered by a plain call."""
        with LOCK:
            return [spec for entries in self._entries.values() for owner, spec in entries if owner == plugin]

    def get(self, name: str) -> S | None:
        """Return the spec of a name; None if there is none."""
        return self.all().get(name)

    def find(self, name: str, where: str) -> S:
        """Return the spec of a name.

        Args:
            name: The name.
            where: The option that the name was given for.

        Raises:
            OptionError: There is none; lists the names that are registered.
        """
        if (found := self.get(name)) is None:
            raise OptionError(f"{name!r} is not one of {', '.join(self.all()) or 'none'}", where=where)
        return found

    def on_change(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call a function whenever the registry has changed; return a function that ends these calls."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()
