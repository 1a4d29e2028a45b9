# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Tasks are found by every name people know them by."""

import pytest

from isaaclab_mimic_core.errors import TaskError
from isaaclab_mimic_core.plugins import TASKS
from isaaclab_mimic_core.tasks import find_task

RELATIVE = "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"
ABSOLUTE = "Isaac-Stack-Cube-Franka-IK-Abs-Mimic-v0"


@pytest.mark.parametrize(
    ("name", "task_id"),
    [
        (RELATIVE, RELATIVE),
        ("Isaac-Stack-Cube-Franka-IK-Rel-v0", RELATIVE),
        ("IsaacContrib-Stack-Cube-Franka-IK-Rel", RELATIVE),
        ("IsaacContrib-Stack-Cube-Franka-IK-Rel-v0", RELATIVE),
        ("isaac-stack-cube-franka-ik-rel-v0", RELATIVE),
        ("  ISAAC-STACK-CUBE-FRANKA-IK-REL-MIMIC-V0 ", RELATIVE),
        ("Isaac-Stack-Cube-Franka-IK-Abs-v0", ABSOLUTE),
        ("IsaacContrib-Stack-Cube-Franka-IK-Abs", ABSOLUTE),
        ("Isaac-Stack-Cube-Franka-IK-Rel-Skillgen-v0", "IsaacContrib-Stack-Cube-Franka-IK-Rel-Skillgen"),
        ("Isaac-Stack-Cube-Bin-Franka-IK-Rel-Mimic-v0", "IsaacContrib-Stack-Cube-Bin-Franka-IK-Rel-Mimic"),
        ("Isaac-Stack-Cube-Franka-IK-Rel-Visuomotor-v0", "Isaac-Stack-Cube-Franka-IK-Rel-Visuomotor-Mimic-v0"),
        ("Isaac-PickPlace-GR1T2-Abs-v0", "Isaac-PickPlace-GR1T2-Abs-Mimic-v0"),
        ("Isaac-PickPlace-Locomanipulation-G1-Abs-v0", "Isaac-Locomanipulation-G1-Abs-Mimic-v0"),
        ("IsaacContrib-PickPlace-Locomanipulation-G1-Abs", "Isaac-Locomanipulation-G1-Abs-Mimic-v0"),
    ],
)
def test_names(name, task_id):
    assert find_task(name).id == task_id


@pytest.mark.parametrize("task_id", TASKS.all())
def test_every_id_is_its_own_name(task_id):
    assert find_task(task_id).id == task_id
    assert find_task(task_id.lower()).id == task_id


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("Isaac-Stack-Cube-Franka-IK-Relative-v0", RELATIVE),
        ("Isaac-Stak-Cube-Franka-IK-Abs-v0", ABSOLUTE),
        ("Isaac-PickPlace-GR1-Abs-v0", "Isaac-PickPlace-GR1T2-Abs-Mimic-v0"),
    ],
)
def test_an_unknown_name_lists_the_nearest(name, nearest):
    with pytest.raises(TaskError) as error:
        find_task(name)
    assert name in error.value.what
    assert nearest in error.value.remedy
    assert "mimic tasks" in error.value.remedy


@pytest.mark.parametrize("name", ["", "xyzzy"])
def test_a_name_like_no_other_still_gets_suggestions(name):
    with pytest.raises(TaskError) as error:
        find_task(name)
    assert "Isaac" in error.value.remedy
