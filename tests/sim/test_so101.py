# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The example of the SO-101 on real physics: an arm of five joints, from a package outside the tree."""

import importlib.util
import json
from pathlib import Path

import pytest
from waiting import LONG

pytestmark = pytest.mark.sim

CHAIN = Path(__file__).with_name("so101_chain.py")


@pytest.mark.skipif(
    importlib.util.find_spec("isaaclab_so101") is None, reason="needs the wheel isaaclab-so101: ./mimic.sh setup dev"
)
def test_five_joints_pick_and_place(start_python, tmp_path):
    process = start_python(CHAIN, tmp_path)
    output, errors = process.communicate(timeout=LONG)
    assert process.returncode == 0, errors[-2000:]
    seen = json.loads(output.splitlines()[-1])
    assert seen["adapter"] == "DerivedEnv" and seen["limited"] == [True]
    assert not seen["moved by another"]
    assert seen["here"] < 1e-3, "its own pose is one that it can take"
    assert seen["off"] < 2e-3 and seen["turned"] > 0.1, "the position is kept, the rotation is not"
    assert seen["recorded"] == seen["annotated"] == 2 and seen["saved"] == 1
    assert set(seen["misses"]) == {"arm/0", "arm/1"}
