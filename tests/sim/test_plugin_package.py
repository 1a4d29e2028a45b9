# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The whole workflow with what a package outside the tree brings: environment, robot, device, planner and learner."""

import json
from pathlib import Path

import pytest
from installed_plugin import install_plugin

from isaaclab_mimic_core.datasets import DatasetReader

pytestmark = pytest.mark.sim

CHAIN = Path(__file__).with_name("plugin_chain.py")


def test_a_strangers_package_does_the_whole_work(tmp_path, start_python):
    site = install_plugin(tmp_path / "site")
    process = start_python(CHAIN, site, tmp_path)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors[-2000:]
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["viewed"] == 0, "an id that only gymnasium knows"
    assert result["batched"] == "ExampleArmEnv" and result["loops"] == []
    assert result["record"]["saved"] == result["annotate"]["annotated"] == result["generate"]["saved"] == 2
    assert result["train"]["epochs"] == 2 and {row["rollouts"] for row in result["evaluate"]["results"]} == {4}
    with DatasetReader(tmp_path / "generated.hdf5") as reader:
        assert reader.env_name == "Example-Stack-Mimic-v0"
        made = reader.attrs(reader.episode_names[0])["mimic"]
    assert made["generated"]["planner"] == "Hop"
