# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The device to compute on, and the memory in use."""

import os
from pathlib import Path

from ..errors import DeviceError, OptionError


def resolve_device(name: str) -> str:
    """Turn `auto`, `cpu`, `cuda` or `cuda:<index>` into `cpu` or `cuda:<index>`.

    Raises:
        OptionError: The name is not that of a device.
        DeviceError: There is no such GPU.
    """
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        return "cuda:0" if count else "cpu"
    if name == "cpu":
        return "cpu"
    kind, _, index = name.partition(":")
    if kind != "cuda" or not (index.isdecimal() or (index == "" and ":" not in name)):
        raise OptionError(f"{name!r} is not a device", where="--device", remedy="Use auto, cpu, cuda or cuda:<index>.")
    if int(index or 0) >= count:
        found = f"{count} CUDA GPU{'s' if count > 1 else ''} found" if count else "no CUDA GPU found"
        raise DeviceError(f"{name} is not here: {found}", where="--device", remedy="Use --device cpu.")
    return f"cuda:{int(index or 0)}"


def memory_in_use() -> dict[str, float]:
    """Return the memory that this process uses [MB]: `ram`, and `gpu` if torch holds memory on one."""
    import torch

    pages = int(Path("/proc/self/statm").read_text().split()[1])
    used: dict[str, float] = {"ram": round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)}
    if torch.cuda.is_initialized():
        used["gpu"] = round(torch.cuda.memory_reserved() / 1e6)
    return used
