# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Registration and unregistration of tasks, robots, devices, planners and learners."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import LONG

from isaaclab_mimic_core import plugins
from isaaclab_mimic_core.errors import OptionError, PluginError
from isaaclab_mimic_core.plugins import (
    DEVICES,
    PLANNERS,
    TASKS,
    DeviceSpec,
    LearnerSpec,
    PlannerSpec,
    RobotSpec,
    TaskSpec,
    loading,
    register_device,
    register_task,
    resolve,
    unregister_task,
)

BOX = TaskSpec("My-Box-Mimic-v0", "My arm lifts a box")


def write_plugin(folder, name="my_tasks", task="My-Box-Mimic-v0", ending=""):
    file = folder / f"{name}.py"
    file.write_text(
        "from isaaclab_mimic_core.plugins import TaskSpec, register_task\n"
        f"register_task(TaskSpec({task!r}, 'My arm lifts a box'))\n{ending}"
    )
    return file


def write_distribution(folder, entry_points: str, name="my-mimic-plugin"):
    """Lay a package's metadata out as an installer does."""
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(entry_points)


def again():
    """Load what has been added since, as another start of the program does."""
    loading._done.discard("entry points")
    plugins.load()


def test_what_is_shipped_came_by_the_same_calls():
    assert {"keyboard", "spacemouse", "gamepad", "xr", "scripted"} <= set(DEVICES.all())
    assert set(PLANNERS.all()) == {"lift"}
    assert "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0" in TASKS.all()
    assert {"franka", "two_franka", "gr1t2", "g1"} <= set(plugins.ROBOTS.all())


@pytest.mark.parametrize("registry", plugins.REGISTRIES.values(), ids=plugins.REGISTRIES)
def test_every_shipped_reference_leads_somewhere(registry):
    pytest.importorskip("isaaclab_mimic")
    for spec in registry.all().values():
        for name, value in vars(spec).items():
            if name in ("name", "title"):
                continue
            if name == "train_configs":
                for package, _, file in (each.partition(":") for each in value.values()):
                    assert (Path(importlib.util.find_spec(package).origin).parent / file).is_file()
                continue
            references = [*value, *value.values()] if isinstance(value, dict) else [value]
            for reference in references:
                if isinstance(reference, str) and plugins.is_reference(reference):
                    assert callable(resolve(reference))


def test_lists_follow_what_comes_and_goes():
    heard = []
    stop = TASKS.on_change(lambda: heard.append(BOX.name in TASKS.all()))
    register_task(BOX)
    register_task(BOX)  # once more changes nothing
    unregister_task(BOX.name)
    unregister_task(BOX.name)
    stop()
    register_task(BOX)
    assert heard == [True, False]


def test_two_of_one_name_exclude_each_other_unless_it_is_meant():
    known = TASKS.all()["Isaac-PickPlace-GR1T2-Abs-Mimic-v0"]
    better = TaskSpec(known.name, "With assets of my own", local_assets="my_scene:build")
    with pytest.raises(PluginError, match="registered already, by isaaclab_mimic_core"):
        register_task(better)
    register_task(better, replace=True)
    assert TASKS.get(known.name) == better
    unregister_task(known.name)
    assert TASKS.get(known.name) == known


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: TaskSpec(""), "a task's name is a text without spaces, not ''"),
        (lambda: TaskSpec("my task"), "not 'my task'"),
        (lambda: TaskSpec("T", title=3), "task T: title cannot be 3"),
        (lambda: TaskSpec("T", needs="a GPU"), "task T: needs cannot be 'a GPU'"),
        (lambda: TaskSpec("T", local_assets="my_scene.build"), "local_assets cannot be 'my_scene.build'"),
        (lambda: TaskSpec("T", train_configs="bc.json"), "train_configs cannot be"),
        (lambda: TaskSpec("T", cloud_assets="no"), "cloud_assets cannot be 'no'"),
        (lambda: DeviceSpec("d", device=None), "device d: device cannot be None"),
        (lambda: DeviceSpec("d", live=1, device="a:b"), "live cannot be 1"),
        (lambda: PlannerSpec("p", planner="a b:c"), "planner p: planner cannot be"),
        (lambda: RobotSpec("r", batched={"a:B": 5}), "robot r: batched cannot be"),
        (lambda: LearnerSpec("l", learner=":x"), "learner l: learner cannot be"),
        (lambda: register_device(BOX), "a DeviceSpec is wanted here"),
    ],
)
def test_what_a_plug_in_says_is_checked_at_once(make, said):
    with pytest.raises(PluginError) as error:
        make()
    assert said in str(error.value)


def test_a_reference_that_leads_nowhere_is_named():
    with pytest.raises(PluginError, match=r"nowhere_at_all:Thing: cannot be loaded \(ModuleNotFoundError"):
        resolve("nowhere_at_all:Thing")
    with pytest.raises(PluginError, match="json:Nothing"):
        resolve("json:Nothing")


def test_an_installed_packages_entry_point_brings_and_takes(tmp_path, monkeypatch, told):
    (tmp_path / "my_plugin.py").write_text(
        "from isaaclab_mimic_core.plugins import *\n"
        "TASK = TaskSpec('My-Box-Mimic-v0')\n"
        "def devices(): return [DeviceSpec(name, device='my_plugin:Knob') for name in ('knob', 'dial')]\n"
        "def planners(): register_planner(PlannerSpec('detour', planner='my_plugin:Detour'))\n"
    )
    write_distribution(
        tmp_path,
        "[isaaclab_mimic.tasks]\nbox = my_plugin:TASK\n"
        "[isaaclab_mimic.devices]\nall = my_plugin:devices\n"
        "[isaaclab_mimic.planners]\nall = my_plugin:planners\n",
    )
    monkeypatch.syspath_prepend(tmp_path)
    again()
    assert told == []
    assert "My-Box-Mimic-v0" in TASKS.all() and {"knob", "dial"} <= set(DEVICES.all()) and "detour" in PLANNERS.all()


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("raise RuntimeError('no licence found')", "RuntimeError: no licence found"),
        ("import a_module_that_is_not_there", "ModuleNotFoundError: No module named 'a_module_that_is_not_there'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("def (", "SyntaxError: "),
        ("register_task(TaskSpec('My-Box-Mimic-v0', 'another'))", "task My-Box-Mimic-v0: is registered already"),
    ],
)
def test_a_broken_one_costs_one_warning_and_leaves_nothing(code, error, tmp_path, monkeypatch, told):
    write_plugin(tmp_path, "my_broken_plugin", ending=code + "\n")
    write_distribution(
        tmp_path, "[isaaclab_mimic.tasks]\nall = my_broken_plugin\n[isaaclab_mimic.devices]\nall = my_broken_plugin\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    again()
    plugins.load()
    (warning,) = told
    assert warning.startswith("plug-in my-mimic-plugin cannot be used: ") and error in warning
    assert "My-Box-Mimic-v0" not in TASKS.all() and "keyboard" in DEVICES.all()


def test_an_entry_point_of_the_wrong_kind_is_said_to_be(tmp_path, monkeypatch, told):
    (tmp_path / "my_odd_plugin.py").write_text(
        "from isaaclab_mimic_core.plugins import TaskSpec\nTASK = TaskSpec('My-Box-Mimic-v0')\n"
    )
    write_distribution(tmp_path, "[isaaclab_mimic.devices]\nx = my_odd_plugin:TASK\n")
    monkeypatch.syspath_prepend(tmp_path)
    again()
    assert "a DeviceSpec is wanted here" in told[0]


@pytest.mark.parametrize("as_folder", [False, True])
def test_import_takes_a_file_and_a_folder(as_folder, tmp_path, told):
    if as_folder:
        package = tmp_path / "my_package"
        package.mkdir()
        (package / "tasks.py").write_text(write_plugin(tmp_path).read_text())
        (package / "__init__.py").write_text("from . import tasks\n")
        plugins.use_imports([str(package)])
    else:
        plugins.use_imports([str(write_plugin(tmp_path))])
    assert "My-Box-Mimic-v0" in TASKS.all() and told == []
    assert all(each.startswith("/") for each in plugins.imports())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a_module_that_is_not_there", "there is no such module"),
        ("not a name", "there is no such module"),
        ("./nothing.py", "neither a Python file nor a folder of a package"),
        ("/", "neither a Python file"),
    ],
)
def test_an_import_that_is_not_there_is_refused(name, said):
    with pytest.raises(OptionError, match=said) as error:
        plugins.use_imports([name])
    assert f"--import {name}" in str(error.value) and plugins.imports() == ()


def test_a_path_that_the_environment_variable_cannot_hold_is_refused(tmp_path):
    (folder := tmp_path / "a:b").mkdir()
    with pytest.raises(OptionError, match="cannot be handed on"):
        plugins.use_imports([str(write_plugin(folder))])
    assert plugins.imports() == ()


def test_a_variable_that_names_nothing_costs_a_warning(monkeypatch, told):
    monkeypatch.setenv(plugins.VARIABLE, "a_module_that_is_not_there")
    plugins.load()
    (warning,) = told
    assert "plug-in a_module_that_is_not_there cannot be used: ModuleNotFoundError" in warning


def test_a_file_named_like_a_module_is_not_taken_for_it(tmp_path, told):
    plugins.use_imports([str(write_plugin(tmp_path, "json"))])
    plugins.load()
    assert "another module is named json" in told[0] and "My-Box-Mimic-v0" not in TASKS.all()


def ask_a_process(code: str, **environment: str) -> list:
    import os

    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=True,
        timeout=LONG,
    )
    return json.loads(result.stdout)


def test_a_process_that_we_start_has_the_same(tmp_path, monkeypatch):
    (tmp_path / "my_extension.py").write_text("def build(cfg, engine): return 'built'\n")
    monkeypatch.syspath_prepend(tmp_path)
    import my_extension

    plugins.use_imports([str(write_plugin(tmp_path, "my_tasks", "Imported-Mimic-v0"))])
    register_task(TaskSpec("Called-Mimic-v0", needs=("a table",), local_assets=my_extension.build))
    register_task(TaskSpec("Local-Mimic-v0", local_assets=lambda cfg, engine: None))  # only lives in this process
    code = (
        "import json; from isaaclab_mimic_core.plugins import TASKS, resolve; tasks = TASKS.all();"
        "called = tasks['Called-Mimic-v0'];"
        "print(json.dumps([called.needs, resolve(called.local_assets)(0, 0), 'Imported-Mimic-v0' in tasks,"
        " 'Local-Mimic-v0' in tasks]))"
    )
    variables = plugins.environment_for_workers()
    variables["PYTHONPATH"] = ":".join([*sys.path, variables["PYTHONPATH"]])
    assert ask_a_process(code, **variables) == [["a table"], "built", True, False]


def test_help_and_registering_import_nothing_heavy(tmp_path):
    code = (
        "import json, sys; from isaaclab_mimic_core import cli, plugins; plugins.load();"
        "plugins.register_task(plugins.TaskSpec('T', local_assets='torch:nothing'));"
        "print(json.dumps([name for name in ('torch', 'isaaclab', 'warp', 'h5py', 'numpy') if name in sys.modules]))"
    )
    assert ask_a_process(code, PYTHONPATH=":".join(sys.path)) == []
