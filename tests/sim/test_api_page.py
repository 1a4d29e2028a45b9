# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The examples of docs/api.md run as they stand, and show every public name."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import LONG

import isaaclab_mimic_core
from isaaclab_mimic_core.datasets import DatasetReader

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
PROGRAM = Path(__file__).with_name("api_page.py")


@pytest.mark.sim
def test_the_examples_run(tmp_path, start_python, monkeypatch):
    pytest.importorskip("robomimic")
    monkeypatch.chdir(tmp_path)
    process = start_python(PROGRAM, PAGE)
    _, errors = process.communicate(timeout=LONG)
    assert process.returncode == 0, errors[-3000:]
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["task"] == "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"
    assert result["lifted"] == pytest.approx([0.05, 0.05], abs=0.01)
    assert (result["annotated"], result["generated"], result["replayed"]) == (3, 2, "done")
    assert (result["trained"], result["rollouts"]) == (1, [2])
    assert "missing.hdf5" in result["refused"]
    assert sorted(result["registered"]) == ["My-Stack-Mimic-v0", "my_arm", "my_learner", "my_pad", "my_planner"]
    for name, demos in {"demos": 3, "annotated": 3, "generated": 2, "first": 1}.items():
        with DatasetReader(tmp_path / f"{name}.hdf5") as reader:
            assert len(reader) == demos


def test_every_public_name_is_shown():
    stub = Path(isaaclab_mimic_core.__file__).with_suffix(".pyi").read_text()
    public = set(re.findall(r" as (\w+)$", stub, re.MULTILINE)) - {"__version__"}
    pages = PAGE.read_text() + PAGE.with_name("annotation.md").read_text()
    assert len(public) > 30 and public <= set(dir(isaaclab_mimic_core))
    assert public - set(re.findall(r"\w+", pages)) == set()


def test_the_package_and_its_options_load_neither_torch_nor_isaac_lab():
    program = """
import sys
import isaaclab_mimic_core
first = {"torch", "isaaclab", "h5py", "numpy", "typing"} & (set(sys.modules) - before)
from isaaclab_mimic_core import MimicError, RecordOptions, TaskSpec, register_task
print(first, {"torch", "isaaclab"} & set(sys.modules))
"""
    program = f"import sys\nbefore = set(sys.modules)\n{program}"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert shown.split("\n")[0] == "set() set()"
