# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Task and robot as isaac-sim/AutoData describes them, in an environment without Mimic, on real physics."""

import json
from pathlib import Path

import numpy as np
import pytest
from waiting import LONG

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.sample import SAMPLE

pytestmark = pytest.mark.sim

FILES = Path(__file__).parents[1] / "data" / "descriptors"
PLAIN = "IsaacContrib-Stack-Cube-Franka-IK-Rel"
ATTEMPTS = 2


def test_autodatas_files_annotate_and_generate(start_python, tmp_path):
    described = f"{FILES / 'franka_cube_stack.yaml'},{FILES / 'franka_ik_rel.yaml'}"
    given = ("--task", PLAIN, "--descriptor", described, "--input", SAMPLE, "--output", tmp_path / "kept")
    here = ("--attempts", ATTEMPTS, "--num-envs", 10, "--device", "cpu", "--assets", "local", "--json")
    process = start_python("-m", "isaaclab_mimic_core", "task", "check", *given, *here)
    out, errors = process.communicate(timeout=LONG)
    assert process.returncode == 0, errors[-2000:]
    summary = json.loads(out.splitlines()[-1])["summary"]
    assert summary["annotated"] == summary["of"] == 10
    assert summary["succeeded"] == summary["attempts"] == ATTEMPTS
    with DatasetReader(tmp_path / "kept" / "annotated.hdf5") as reader:
        assert reader.env_name == PLAIN
        episode = reader.read(reader.episode_names[0])
    info = episode.group("obs/datagen_info")
    targets, poses = (info[f"{name}/franka"][:, :3, 3] for name in ("target_eef_pose", "eef_pose"))
    # The observed point, and the change of its position that AutoData takes an action for.
    np.testing.assert_allclose(poses, episode.data["obs/eef_pos"], atol=1e-6)
    np.testing.assert_allclose(targets - poses, episode.data["actions"][:, :3], atol=1e-6)
