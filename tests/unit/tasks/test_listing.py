# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The list of tasks agrees with the registry, and promises only what can run here."""

import json
import subprocess
import sys

import pytest
from waiting import LONG

from isaaclab_mimic_core.errors import PlatformError
from isaaclab_mimic_core.plugins import TASKS, TaskSpec
from isaaclab_mimic_core.sim.assets import cloud
from isaaclab_mimic_core.tasks import listing
from isaaclab_mimic_core.tasks.listing import format_tasks, list_environments, list_tasks

# Asked in a process of its own: Isaac Lab must not be imported before the repairs that other tests' simulations need.
REGISTRY = """
import importlib, json, sys
import gymnasium
import torch
import isaaclab_mimic.envs
from isaaclab_mimic_core.envs import adapt
from isaaclab_mimic_core.errors import TaskError
from isaaclab_mimic_core.plugins import TASKS, resolve

for task in TASKS.all().values():
    if task.register:
        resolve(task.register)()

def is_taken(entry_point):
    module, _, name = entry_point.partition(":")
    env_class = getattr(importlib.import_module(module), name)
    try:
        adapt(object.__new__(env_class), None, {"task": ""})
    except TaskError:
        return False
    except AttributeError:  # it is, but there is nothing in it
        return True

found = {
    task_id: is_taken(spec.entry_point)
    for task_id, spec in gymnasium.registry.items()
    if "Mimic" in task_id or "Skillgen" in task_id
}
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def registry() -> dict[str, bool]:
    """Return the registered ids, each with whether `adapt` takes its environment."""
    pytest.importorskip("isaaclab_mimic")
    folders = json.dumps([path for path in sys.path if path])
    code = f"import sys; sys.path[:0] = {folders}\n{REGISTRY}"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=LONG, check=True)
    return json.loads(result.stdout.splitlines()[-1])


def test_the_catalogue_is_the_registry(registry):
    assert set(TASKS.all()) == set(registry)


def test_every_tasks_environment_can_be_generated_in(registry):
    assert [task_id for task_id, taken in registry.items() if not taken] == []


def test_a_need_that_nobody_can_look_for_counts_as_missing(monkeypatch):
    pytest.importorskip("isaaclab")
    everything_here(monkeypatch)
    assert not any(missing().values())
    assert listing._Lacking().of(TaskSpec("Some-Mimic-v0", needs=("a CUDA GPU", "a moon"))) == ["a moon"]


def test_a_walking_policy_is_upstreams_or_one_that_is_installed(monkeypatch):
    pytest.importorskip("isaaclab")
    everything_here(monkeypatch, cloud_assets=False)
    for here in (True, False):
        monkeypatch.setattr(listing, "lacking", lambda purpose, here=here: [] if here else [purpose])
        assert ("a walking policy" in missing()["Isaac-Locomanipulation-G1-Abs-Mimic-v0"]) is not here


def everything_here(monkeypatch, *, cloud_assets=True, gpu=True, isaac_sim=True):
    monkeypatch.setattr(cloud, "cloud_assets_reachable", lambda: cloud_assets)
    monkeypatch.setattr(listing, "_gpu_here", lambda: gpu)
    monkeypatch.setattr("isaaclab_mimic_core.sim.host.inside_isaac_sim", lambda: isaac_sim)


def missing() -> dict[str, str]:
    return {task["id"]: ", ".join(task["missing"]) for task in list_tasks()}


def test_without_cloud_only_tasks_with_local_assets_run(monkeypatch):
    pytest.importorskip("isaaclab")
    everything_here(monkeypatch, cloud_assets=False)
    monkeypatch.setattr(listing, "lacking", lambda purpose: [])
    runnable = {task["id"] for task in list_tasks() if task["runs_here"]}
    assert runnable == {task.id for task in TASKS.all().values() if task.local}
    assert "asset server" in missing()["Isaac-Stack-Cube-Galbot-Left-Arm-Gripper-RmpFlow-Rel-Mimic-v0"]


def test_each_need_is_named(monkeypatch):
    pytest.importorskip("isaaclab")
    everything_here(monkeypatch, gpu=False, isaac_sim=False)
    lacking = missing()
    assert lacking["IsaacContrib-Stack-Cube-Franka-IK-Rel-Skillgen"] == "a CUDA GPU"
    assert lacking["Isaac-Stack-Cube-Franka-IK-Rel-Blueprint-Mimic-v0"] == "camera rendering"
    assert lacking["Isaac-Place-Mug-Agibot-Left-Arm-RmpFlow-Rel-Mimic-v0"] == "Isaac Sim"
    assert lacking["Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"] == ""


def test_without_isaaclab_nothing_runs(monkeypatch):
    monkeypatch.setattr(listing.importlib.util, "find_spec", lambda name: None)
    assert set(missing().values()) == {"Isaac Lab (./mimic.sh setup)"}
    assert format_tasks().startswith("None can run here.") and format_tasks([]) == "None can run here."
    with pytest.raises(PlatformError, match="isaaclab"):
        list_environments()


def test_format_puts_what_runs_first():
    tasks = [
        {"id": "Isaac-B", "title": "b", "runs_here": False, "missing": ["a CUDA GPU", "Isaac Sim"]},
        {"id": "Isaac-Aaa", "title": "stack", "runs_here": True, "missing": []},
    ]
    assert format_tasks(tasks).splitlines() == [
        "Can run here:",
        "  Isaac-Aaa  stack",
        "",
        "Cannot run here:",
        "  Isaac-B    needs a CUDA GPU, Isaac Sim",
    ]
