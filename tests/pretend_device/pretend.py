# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A CUDA device that is not there: tensors say cuda:0 and lie in main memory.

As on a real one, an operation on tensors of different devices raises, and a tensor of it is no NumPy array. What would
wait for the device is counted with its place: a copy to the host, and an operation whose result's size depends on
values (`nonzero`, a mask as an index). Written in torch's own terms: a wrapper subclass, a dispatch mode for operations
that create tensors, a function mode for what does not reach the dispatcher. TorchScript would, so run Python with
PYTORCH_JIT=0.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

CUDA = torch.device("cuda", 0)

_OURS = ("isaaclab_mimic_core", "benchmarks/kinematic", "tests/unit", "_programs.py")
_OTHERS = ("/isaaclab/", "/robomimic/", "/torch/distributions/")
"""Packages whose functions are named together with the place of ours that called them."""
_FREE_BYTES = 1 << 34
_aten = torch.ops.aten
_MAY_MIX = {
    _aten.index.Tensor,
    _aten.index_put_.default,
    _aten.index_put.default,
    _aten._index_put_impl_.default,
    _aten.copy_.default,
}
"""Operations that take tensors of the host, too: these are copied."""
_INDEXING = _MAY_MIX - {_aten.copy_.default}


class Waits:
    """How often the host waited for the device, and the device for the host, by place in the code."""

    def __init__(self):
        self.to_host: Counter[str] = Counter()
        self.to_device: Counter[str] = Counter()
        self.lines: dict[str, list[int]] = {}
        """Line numbers in each place."""

    def clear(self) -> None:
        self.to_host.clear()
        self.to_device.clear()
        self.lines.clear()

    def count(self, counter: Counter[str]) -> None:
        """Count a wait at the place where this is called from."""
        place, line = _place()
        counter[place] += 1
        if line not in self.lines.setdefault(place, []):
            self.lines[place].append(line)


waits = Waits()
"""Of the device that is pretended."""


class OnDevice(torch.Tensor):
    """A tensor of the device."""

    held: torch.Tensor

    @staticmethod
    def __new__(cls, held: torch.Tensor):
        # To torch's own code it lies on the device for shapes only: no GPU is asked for.
        made = torch.Tensor._make_wrapper_subclass(
            cls,
            held.size(),
            strides=held.stride(),
            storage_offset=held.storage_offset(),
            dtype=held.dtype,
            layout=held.layout,
            device=torch.device("meta"),
        )
        made.held = held
        return made

    device = property(lambda self: CUDA)  # type: ignore[assignment]
    is_cuda = property(lambda self: True)  # type: ignore[assignment]
    is_meta = property(lambda self: False)  # type: ignore[assignment]

    def __repr__(self, **_: Any) -> str:  # type: ignore[override]
        return f"{self.held}, device='{CUDA}'"

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _run(func, args, kwargs or {})


@contextmanager
def pretended() -> Iterator[Waits]:
    """Have a device in this context; nothing may have asked for a real one before."""
    lazily, torch.cuda._lazy_init = torch.cuda._lazy_init, lambda: None
    memory, torch.cuda.mem_get_info = torch.cuda.mem_get_info, lambda device=None: (_FREE_BYTES, _FREE_BYTES)
    waits.clear()
    inference = torch.inference_mode
    try:
        # Wrapped tensors cannot be made in inference mode.
        with (
            mock.patch.object(inference, "__enter__", _enter_inference),
            mock.patch.object(inference, "__exit__", _exit_inference),
            _Creation(),
            _Functions(),
        ):
            yield waits
    finally:
        torch.cuda._lazy_init, torch.cuda.mem_get_info = lazily, memory


def _enter_inference(self: Any) -> None:
    self.instead = torch.no_grad()
    self.instead.__enter__()


def _exit_inference(self: Any, *error: Any) -> None:
    self.instead.__exit__(*error)


def _run(func: Any, args: Any, kwargs: dict) -> Any:
    ours: list[torch.Tensor] = []
    theirs: list[torch.Tensor] = []
    plain_args, plain = _plain(args, ours, theirs), _plain(kwargs, ours, theirs)
    wanted = kwargs.get("device")
    kind = None if wanted is None else torch.device(wanted).type
    to_device = kind in ("cuda", "meta")
    if ours and any(tensor.dim() for tensor in theirs):
        if func not in _MAY_MIX:
            raise RuntimeError(f"Expected all tensors to be on the same device: {func} in {where()}")
        to_host = func is _aten.copy_.default and not isinstance(args[0], OnDevice)
        waits.count(waits.to_host if to_host else waits.to_device)
    if ours and _waits_for_values(func, args, kind):
        waits.count(waits.to_host)
    if to_device and not ours and func is _aten._to_copy.default:
        waits.count(waits.to_device)

    if to_device:
        plain["device"] = torch.device("cpu")
    plain.pop("pin_memory", None)
    result = func(*plain_args, **plain)
    if func is _aten._local_scalar_dense.default or not (to_device or (ours and kind != "cpu")):
        return result
    if func is _aten.copy_.default and not isinstance(args[0], OnDevice):
        return args[0]
    name = func._schema.name
    if name.endswith("_") and not name.endswith("__") and isinstance(args[0], OnDevice):
        return args[0]
    if "out" in kwargs:
        return kwargs["out"]
    return _on_device(result)


def _waits_for_values(func: Any, args: Any, kind: str | None) -> bool:
    """Return whether the host has to know values, to go on or to know how large the result is."""
    if func in (_aten._local_scalar_dense.default, _aten.nonzero.default, _aten.masked_select.default):
        return True
    if func is _aten._to_copy.default:
        return kind == "cpu"
    if func in _INDEXING:
        return any(isinstance(index, torch.Tensor) and index.dtype in (torch.bool, torch.uint8) for index in args[1])
    return False


def _plain(value: Any, ours: list[torch.Tensor], theirs: list[torch.Tensor]) -> Any:
    """Return arguments with what tensors of the device hold; add all tensors to one of the lists."""
    if isinstance(value, OnDevice):
        ours.append(value)
        return value.held
    if isinstance(value, torch.Tensor):
        theirs.append(value)
    elif isinstance(value, list | tuple):
        return type(value)([_plain(each, ours, theirs) for each in value])
    elif isinstance(value, dict):
        return {key: _plain(each, ours, theirs) for key, each in value.items()}
    return value


def _on_device(value: Any) -> Any:
    if isinstance(value, OnDevice):
        return value
    if isinstance(value, torch.Tensor):
        return OnDevice(value)
    return type(value)([_on_device(each) for each in value]) if isinstance(value, list | tuple) else value


class _Creation(TorchDispatchMode):
    """What makes tensors out of nothing."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # Nothing is compiled here, and Dynamo takes a second to be imported.
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _run(func, args, kwargs or {})


class _Functions(TorchFunctionMode):
    """What torch does without its dispatcher."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if func in (torch.tensor, torch.as_tensor) and _is_cuda(kwargs.get("device")):
            kwargs.pop("device")
            data = args[0] if args else kwargs.pop("data")
            if isinstance(data, OnDevice):
                return data.to(kwargs["dtype"]) if kwargs.get("dtype") else data
            waits.count(waits.to_device)
            return OnDevice(func(data, *args[1:], **kwargs))
        if func is torch.from_numpy:
            return func(*args, **kwargs)
        if args and isinstance(args[0], OnDevice):
            if func is torch.Tensor.tolist:
                waits.count(waits.to_host)
                return args[0].held.tolist()
            if func in (torch.Tensor.__getitem__, torch.Tensor.__setitem__):
                # Torch would put the numbers of a list where it takes this tensor to be.
                return func(args[0], _listed(args[1]), *args[2:])
            if func in (torch.Tensor.numpy, torch.Tensor.__array__):
                raise TypeError(f"can't convert cuda:0 device type tensor to numpy: {where()}")
        return func(*args, **kwargs)


def _listed(index: Any) -> Any:
    """Return an index with its lists as tensors of the host."""
    if isinstance(index, list):
        return torch.tensor(index)
    return tuple(map(_listed, index)) if isinstance(index, tuple) else index


def _is_cuda(device: Any) -> bool:
    return device is not None and torch.device(device).type == "cuda"


def where() -> str:
    """Return the place from which this is called, with its line."""
    place, line = _place()
    return f"{place}, line {line}"


def _place() -> tuple[str, int]:
    """Return where in our code, and in which function of others called from there, this happens; and the line."""
    frame, inner = sys._getframe(2), ""
    while frame is not None:
        name = frame.f_code.co_filename
        if any(part in name for part in _OURS):
            return f"{'/'.join(name.split('/')[-2:])}:{frame.f_code.co_name}{inner}", frame.f_lineno
        if not inner and any(part in name for part in _OTHERS):
            inner = f" > {frame.f_code.co_name}"
        frame = frame.f_back
    return f"elsewhere{inner}", 0
