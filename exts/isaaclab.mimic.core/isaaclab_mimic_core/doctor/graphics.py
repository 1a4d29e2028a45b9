# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""GPU, its driver, Vulkan and the display."""

import ctypes
import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

from ..finding import Finding
from ..requirements import SIMULATION, how_to_get

_DRIVER_VERSION = Path("/proc/driver/nvidia/version")
_NO_WINDOW = "Not needed without the desktop window."


def check_gpu_driver() -> Iterator[Finding]:
    """Look for NVIDIA's user-space driver, and ask it which CUDA it knows."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        if _DRIVER_VERSION.exists():
            # A container that was started without the driver's libraries.
            text = f"libcuda.so.1 cannot be loaded, though the kernel has {_kernel_driver()}"
            yield Finding("GPU driver", "problem", text, "Start the container with --gpus all (NVIDIA's toolkit).")
        else:
            yield Finding("GPU driver", "note", "no NVIDIA driver (libcuda.so.1)", "Not needed on the CPU.")
        return
    cuda = ctypes.c_int()
    driver.cuDriverGetVersion(ctypes.byref(cuda))
    text = f"{_kernel_driver() or 'libcuda.so.1'}, CUDA up to {cuda.value // 1000}.{cuda.value % 1000 // 10}"
    yield Finding("GPU driver", "ok", text)


def check_gpu() -> Iterator[Finding]:
    """Ask torch for its GPUs; without a driver there is none, and importing torch takes seconds."""
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        yield Finding("GPU", "note", "none; simulation and training run on the CPU")
        return
    if importlib.util.find_spec("torch") is None:
        yield Finding("GPU", "note", "not asked, because torch is not installed", how_to_get(SIMULATION))
        return
    import torch

    if not torch.cuda.is_available():
        yield Finding(
            "GPU",
            "problem",
            f"there is a driver, but torch {torch.__version__} cannot use a GPU",
            "Update NVIDIA's driver, or check CUDA_VISIBLE_DEVICES; --device cpu works meanwhile.",
        )
        return
    for index in range(torch.cuda.device_count()):
        device = torch.cuda.get_device_properties(index)
        yield Finding("GPU", "ok", f"cuda:{index} is {device.name}, {device.total_memory / 1e9:.0f} GB")


def check_vulkan() -> Iterator[Finding]:
    """Look for Vulkan's loader and at least one driver, which the desktop window draws with."""
    try:
        ctypes.CDLL("libvulkan.so.1")
    except OSError:
        remedy = f"sudo apt install libvulkan1 mesa-vulkan-drivers. {_NO_WINDOW}"
        yield Finding("Vulkan", "note", "libvulkan.so.1 cannot be loaded", remedy)
        return
    drivers = vulkan_drivers()
    if drivers:
        yield Finding("Vulkan", "ok", f"drivers: {', '.join(driver.stem for driver in drivers)}")
    else:
        remedy = f"Install your GPU's driver, or: sudo apt install mesa-vulkan-drivers. {_NO_WINDOW}"
        yield Finding("Vulkan", "note", "no driver is registered", remedy)


def vulkan_drivers() -> list[Path]:
    """Return the driver manifests that Vulkan's loader would read (its documented search path on Linux)."""
    for variable in ("VK_DRIVER_FILES", "VK_ICD_FILENAMES"):
        if chosen := os.environ.get(variable):
            paths = [Path(path) for path in chosen.split(":") if path]
            break
    else:
        home = os.path.expanduser("~")
        folders = [
            os.environ.get("XDG_CONFIG_HOME") or f"{home}/.config",
            *(os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":"),
            "/etc",
            os.environ.get("XDG_DATA_HOME") or f"{home}/.local/share",
            *(os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":"),
        ]
        paths = [Path(folder, "vulkan", "icd.d") for folder in dict.fromkeys(folders)]
    manifests: list[Path] = []
    for path in paths:
        manifests += sorted(path.glob("*.json")) if path.is_dir() else [path] if path.is_file() else []
    return manifests


def check_display() -> Iterator[Finding]:
    shown = [f"{name}={value}" for name in ("DISPLAY", "WAYLAND_DISPLAY") if (value := os.environ.get(name))]
    if shown:
        yield Finding("display", "ok", ", ".join(shown))
    else:
        yield Finding(
            "display",
            "note",
            "none: no windows, the terminal and --viz viser work",
            "Log in at a desktop, or set DISPLAY.",
        )


def _kernel_driver() -> str:
    """Return the version of NVIDIA's kernel module, in words; empty if it is not loaded."""
    if not _DRIVER_VERSION.exists():
        return ""
    words = _DRIVER_VERSION.read_text().split()
    version = next((word for word in words if word[0].isdigit() and "." in word), "")
    return f"NVIDIA driver {version}".strip()
