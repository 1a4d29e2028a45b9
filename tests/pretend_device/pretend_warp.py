# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Warp with the pretended device: arrays that say cuda lie in main memory, and kernels for them run on the CPU.

A launch on the device is refused if an array of it, or of a struct that it is given, is of the host; a copy of an
array to the host is counted.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any
from unittest import mock

import torch
import warp as wp
from pretend import OnDevice, waits, where

_MADE_NEW = ("zeros", "empty", "full", "ones")
_MADE_LIKE = ("zeros_like", "empty_like")


@contextmanager
def pretended_warp() -> Iterator[None]:
    """Have the device in Warp, too; inside of `pretend.pretended`."""
    real = {name: getattr(wp, name) for name in (*_MADE_NEW, *_MADE_LIKE, "from_torch", "to_torch", "launch")}
    init, get_device = wp.array.__init__, wp.get_device

    def make(self: Any, *args: Any, **kwargs: Any) -> None:
        ours = _is_cuda(kwargs.get("device"))
        init(self, *args, **(kwargs | {"device": "cpu"} if ours else kwargs))
        if ours:
            _put(self)

    def new(name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            ours = _is_cuda(kwargs.get("device"))
            made = real[name](*args, **(kwargs | {"device": "cpu"} if ours else kwargs))
            return _put(made) if ours else made

        return call

    def like(name: str) -> Callable[..., Any]:
        def call(source: Any, **kwargs: Any) -> Any:
            return _put(real[name](source, **kwargs)) if _on_device(source) else real[name](source, **kwargs)

        return call

    def from_torch(tensor: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(tensor, OnDevice):
            return real["from_torch"](tensor, *args, **kwargs)
        return _put(real["from_torch"](tensor.held, *args, **kwargs))

    def to_torch(array: Any, *args: Any, **kwargs: Any) -> torch.Tensor:
        made = real["to_torch"](array, *args, **kwargs)
        return OnDevice(made) if _on_device(array) else made

    def launch(kernel: Any, dim: Any, inputs: Any = (), outputs: Any = (), device: Any = None, **kwargs: Any) -> None:
        ours = _is_cuda(device)
        for value in (*inputs, *outputs):
            _check(kernel, value, ours)
        real["launch"](kernel, dim, inputs=inputs, outputs=outputs, device="cpu" if ours else device, **kwargs)

    changed: dict[str, Any] = {name: new(name) for name in _MADE_NEW} | {name: like(name) for name in _MADE_LIKE}
    changed |= {"from_torch": from_torch, "to_torch": to_torch, "launch": launch}
    changed["get_device"] = lambda name=None: SimpleNamespace(is_cuda=True) if _is_cuda(name) else get_device(name)
    with ExitStack() as patches:
        patches.enter_context(mock.patch.object(wp.array, "__init__", make))
        for name, function in changed.items():
            patches.enter_context(mock.patch.object(wp, name, function))
        yield


def _is_cuda(device: Any) -> bool:
    return device is not None and str(device).startswith("cuda")


def _put(array: Any) -> Any:
    """Say of an array that it is on the device."""
    array.is_pretended = True
    numpy = array.numpy

    def counted() -> Any:
        waits.count(waits.to_host)
        return numpy()

    array.numpy = counted
    return array


def _on_device(array: Any) -> bool:
    """Return whether an array, or the one that it is a part of, is on the device."""
    while array is not None:
        if getattr(array, "is_pretended", False):
            return True
        array = getattr(array, "_ref", None)
    return False


def _check(kernel: Any, value: Any, on_device: bool) -> None:
    """Check that an array, or each one in a struct, is where the kernel runs."""
    if isinstance(value, wp.array):
        if value.size and _on_device(value) != on_device:
            raise RuntimeError(f"an array of another device than that of the launch of {kernel.key} in {where()}")
    elif hasattr(value, "_cls"):
        for name in value._cls.vars:
            _check(kernel, getattr(value, name), on_device)
    elif isinstance(value, torch.Tensor) and isinstance(value, OnDevice) != on_device:
        raise RuntimeError(f"a tensor of another device than that of the launch of {kernel.key} in {where()}")
