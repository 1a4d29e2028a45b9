# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""GPU, its driver, Vulkan and the display."""

import ctypes
import importlib.util
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..finding import Finding
from ..requirements import SIMULATION, how_to_get
from .machine import CUDA, VULKAN, Machine

_NO_WINDOW = "Not needed without the desktop window."


def check_gpu_driver(machine: Machine) -> Iterator[Finding]:
    """Look for NVIDIA's user-space driver, and ask it for its newest CUDA version."""
    if CUDA not in machine.libraries:
        if machine.kernel_driver:
            # For example in a container that was started without the driver's libraries.
            text = f"libcuda.so.1 cannot be loaded, though the kernel has {_driver_version(machine)}"
            yield Finding("GPU driver", "problem", text, "Start the container with --gpus all (NVIDIA's toolkit).")
        else:
            yield Finding("GPU driver", "note", "no NVIDIA driver (libcuda.so.1)", "Not needed on the CPU.")
        return
    cuda = ctypes.c_int()
    ctypes.CDLL(CUDA).cuDriverGetVersion(ctypes.byref(cuda))
    text = f"{_driver_version(machine) or CUDA}, CUDA up to {cuda.value // 1000}.{cuda.value % 1000 // 10}"
    yield Finding("GPU driver", "ok", text)


def check_gpu(machine: Machine) -> Iterator[Finding]:
    """Ask torch for its GPUs, if there is a driver; importing torch takes seconds."""
    if CUDA not in machine.libraries:
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


def check_vulkan(machine: Machine) -> Iterator[Finding]:
    """Look for Vulkan's loader and at least one driver; the desktop window draws with them."""
    if VULKAN not in machine.libraries:
        remedy = f"sudo apt install libvulkan1 mesa-vulkan-drivers. {_NO_WINDOW}"
        yield Finding("Vulkan", "note", "libvulkan.so.1 cannot be loaded", remedy)
        return
    drivers = vulkan_drivers(machine.environment)
    if drivers:
        yield Finding("Vulkan", "ok", f"drivers: {', '.join(driver.stem for driver in drivers)}")
    else:
        remedy = f"Install your GPU's driver, or: sudo apt install mesa-vulkan-drivers. {_NO_WINDOW}"
        yield Finding("Vulkan", "note", "no driver is registered", remedy)


def vulkan_drivers(environment: Mapping[str, str]) -> list[Path]:
    """Return the driver manifests that Vulkan's loader would read (its documented search path on Linux)."""
    for variable in ("VK_DRIVER_FILES", "VK_ICD_FILENAMES"):
        if chosen := environment.get(variable):
            paths = [Path(path) for path in chosen.split(":") if path]
            break
    else:
        home = os.path.expanduser("~")
        folders = [
            environment.get("XDG_CONFIG_HOME") or f"{home}/.config",
            *(environment.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":"),
            "/etc",
            environment.get("XDG_DATA_HOME") or f"{home}/.local/share",
            *(environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":"),
        ]
        paths = [Path(folder, "vulkan", "icd.d") for folder in dict.fromkeys(folders)]
    manifests: list[Path] = []
    for path in paths:
        manifests += sorted(path.glob("*.json")) if path.is_dir() else [path] if path.is_file() else []
    return manifests


def check_display(machine: Machine) -> Iterator[Finding]:
    """Look for a screen that windows can be opened on."""
    shown = [f"{name}={value}" for name in ("DISPLAY", "WAYLAND_DISPLAY") if (value := machine.environment.get(name))]
    if shown:
        yield Finding("display", "ok", ", ".join(shown))
    else:
        yield Finding(
            "display",
            "note",
            "none: no windows, the terminal and --viz viser work",
            "Log in at a desktop, or set DISPLAY.",
        )


def _driver_version(machine: Machine) -> str:
    """Return the name and version of NVIDIA's kernel module; empty if it is not loaded."""
    if not machine.kernel_driver:
        return ""
    words = machine.kernel_driver.split()
    version = next((word for word in words if word[0].isdigit() and "." in word), "")
    return f"NVIDIA driver {version}".strip()
