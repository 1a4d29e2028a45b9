# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""On a real GPU: what the CPU computes, and the host waits only where the pretended device says (test_gpu_path.py)."""

import sys
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[2]
sys.path += [str(ROOT / folder) for folder in ("benchmarks", "tests/unit/sim")]

DEVICE = "cuda:0"
STEPS = 300
"""Steps of the generator: an attempt at least."""

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU")]


@torch.inference_mode()
def test_the_generator_succeeds_as_often_as_on_the_cpu():
    from generator_cost import make_run
    from kinematic import scripted_demonstrations

    demos, rates = scripted_demonstrations(), []
    for device in ("cpu", DEVICE):
        run = make_run(64, "default", demos, device, records=False)
        outcomes = []
        observe = run.generator.observe
        run.generator.observe = lambda observe=observe, outcomes=outcomes: outcomes.extend(o := observe()) or o
        for _ in range(STEPS):
            run.step()
        assert len(outcomes) >= 64
        rates.append(sum(outcome.success for outcome in outcomes) / len(outcomes))
    assert abs(rates[0] - rates[1]) < 0.2


def test_pictures_are_those_of_the_cpu():
    import numpy as np
    from test_rasterizer import IDENTITY, Look, Shape, Studio, weld

    random = np.random.default_rng(0)
    corners = random.uniform((1, -1, -1), (4, 1, 1), (64, 3, 3)).astype(np.float32)
    looks = [Look(weld(part)) for part in (corners[:32], corners[32:])]
    shapes = [Shape(0, 0, -1, -1, IDENTITY), Shape(1, 1, -1, 0, IDENTITY)]
    pictures = []
    for device in ("cpu", DEVICE):
        studio = Studio(looks, shapes, 3, device=device)
        studio.render(torch.ones(3, dtype=torch.int32, device=device))
        pictures.append({name: image.numpy() for name, image in studio.images.items()})
    assert (pictures[0]["shapes"] == pictures[1]["shapes"]).mean() > 0.999
    assert (abs(pictures[0]["plane_depth"] - pictures[1]["plane_depth"]) < 1e-4).mean() > 0.999


def test_arms_move_as_on_the_cpu(tmp_path):
    pytest.importorskip("pinocchio")
    from two_arms import LINKS, write_arms

    from isaaclab_mimic_core.sim.preparing import prepare
    from isaaclab_mimic_core.sim.whole_arm_ik.chain import read_chain
    from isaaclab_mimic_core.sim.whole_arm_ik.solver import WholeArmSolver

    prepare()
    chain = read_chain(write_arms(tmp_path / "arms.urdf"), LINKS)
    action = torch.tensor([0.2, 0.2, 0.3, 0.0, 0.0, 0.0, 1.0, 0.2, -0.2, 0.3, 0.0, 0.0, 0.0, 1.0]).repeat(8, 1)
    found = []
    for device in ("cpu", DEVICE):
        solver = WholeArmSolver(chain, chain.joints, {}, chain.limits, 8, 1 / 120, device)
        start = torch.zeros(8, len(chain.joints), device=device)
        found.append(solver.converge(action.to(device), start, 20).cpu())
    assert found[0].abs().max() > 0.01
    assert torch.allclose(*found, atol=1e-3)
