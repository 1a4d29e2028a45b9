# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Warp kernels compile for NVIDIA GPUs where there is none."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[3] / "benchmarks"))

from cuda_kernels import PACKAGE, compile_for, modules


def test_all_modules_with_kernels_are_found():
    found = {name.removeprefix(f"{PACKAGE}.sim.") for name in modules()}
    assert found >= {"whole_arm_ik.kernel", "rendering.shading", "rendering.visibility", "fused.ik_kernel"}


@pytest.mark.parametrize("arch", [80, 90, 120])
def test_a_module_compiles_for_a_gpu(arch):
    """The smallest one; `benchmarks/cuda_kernels.py` compiles all."""
    assert compile_for(f"{PACKAGE}.sim.rendering.detail", arch) > 10_000


def test_what_does_not_compile_is_told():
    with pytest.raises(RuntimeError):
        compile_for(f"{PACKAGE}.sim.rendering.detail", 7)
