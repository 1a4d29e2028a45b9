# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The scripted demonstrator, where a task has no script."""

import pytest

from isaaclab_mimic_core import cli, plugins
from isaaclab_mimic_core.plugins import TASKS


@pytest.mark.parametrize("verb", ["record", "teleop"])
def test_a_task_without_a_script_is_refused_in_two_lines(verb, tmp_path, capfd):
    plugins.load()
    task = next(name for name, spec in TASKS.all().items() if spec.script is None)
    output = {"record": ["--num-demos", "1", "--output", str(tmp_path / "demos.hdf5")], "teleop": []}[verb]
    assert cli.main([verb, "--task", task, "--teleop-device", "scripted", *output]) == 2
    first, second = capfd.readouterr().err.splitlines()[-2:]
    assert first == f"mimic {verb}: {task}: the task has no scripted demonstrator"
    assert second.startswith("  Drive it by hand (--teleop-device keyboard)")
    assert not list(tmp_path.iterdir())
