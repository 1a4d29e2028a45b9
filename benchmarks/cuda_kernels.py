# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Compile all Warp kernels for NVIDIA GPUs, on any machine: no GPU and no driver are needed.

    python benchmarks/cuda_kernels.py                 # A100, H100, RTX 50: sm_80, sm_90, sm_120
    python benchmarks/cuda_kernels.py --arch 90

A line for each module and architecture: kilobytes of PTX, and the seconds of processor time that it took.
"""

import argparse
import importlib
import sys
import tempfile
import time
from pathlib import Path

from isaaclab_mimic_core.sim.preparing import prepare

prepare()

import warp as wp  # noqa: E402

PACKAGE = "isaaclab_mimic_core"


def modules() -> list[str]:
    """Return the names of our modules that define kernels."""
    root = Path(str(importlib.import_module(PACKAGE).__file__)).parent
    with_kernels = [path for path in sorted(root.rglob("*.py")) if "@wp.kernel" in path.read_text()]
    return [".".join([PACKAGE, *path.relative_to(root).with_suffix("").parts]) for path in with_kernels]


def compile_for(module: str, arch: int) -> int:
    """Compile a module; return the bytes of PTX.

    Raises:
        RuntimeError: It does not compile.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            wp.compile_aot_module(importlib.import_module(module), arch=arch, module_dir=folder, use_ptx=True)
        # Warp raises nothing more special.
        except Exception as error:
            raise RuntimeError(f"{module} does not compile for sm_{arch}: {error}") from error
        return sum(path.stat().st_size for path in Path(folder).glob("*.ptx"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arch", type=int, nargs="+", default=[80, 90, 120], help="compute capabilities, times ten")
    arguments = parser.parse_args()
    wp.config.quiet = True
    wp.init()
    failed = 0
    for module in modules():
        for arch in arguments.arch:
            began = time.process_time()
            try:
                size = compile_for(module, arch)
            except RuntimeError as error:
                failed += 1
                print(error, flush=True)
            else:
                print(f"{module} sm_{arch}: {size / 1000:.0f} kB, {time.process_time() - began:.1f} s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
