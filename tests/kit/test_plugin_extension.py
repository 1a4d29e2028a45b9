# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Another extension registers on startup and unregisters on shutdown; the open window is updated."""

import json

import pytest
from harness import in_kit
from harness.app import EXTS
from mimic_window import open_window

UI = "isaaclab.mimic.ui"
MINE = "my.mimic.tasks"
TASK = "My-Shelf-Mimic-v0"

CONFIG = """\
[package]
title = "My tasks"
version = "1.0.0"

[dependencies]
"isaaclab.mimic.core" = {{}}

[[python.module]]
name = "{module}"
"""

EXTENSION = """\
import omni.ext
from isaaclab_mimic_core.plugins import (
    DeviceSpec, LearnerSpec, PlannerSpec, TaskSpec, register_device, register_learner, register_planner, register_task,
    unregister_device, unregister_learner, unregister_planner, unregister_task,
)

from my_scene import build

class MyTasks(omni.ext.IExt):
    def on_startup(self, ext_id):
        register_task(TaskSpec("My-Shelf-Mimic-v0", "my arm fills a shelf", local_assets=build))
        register_device(DeviceSpec("my_knob", device="my_mimic_tasks:Knob", settings="my_scene:KnobSettings"))
        register_planner(PlannerSpec("my_detour", planner="my_mimic_tasks:Detour"))
        register_learner(LearnerSpec("my_mean", learner="my_mimic_tasks:Mean"))

    def on_shutdown(self):
        unregister_task("My-Shelf-Mimic-v0")
        unregister_device("my_knob")
        unregister_planner("my_detour")
        unregister_learner("my_mean")
"""

SCENE = """\
from dataclasses import dataclass
from isaaclab_mimic_core.devices.settings import LiveSettings
from isaaclab_mimic_core.option import option

def build(cfg, engine):
    pass

@dataclass(frozen=True)
class KnobSettings(LiveSettings):
    detents: int = option(24, label="Detents", unit="a turn", low=1, high=96)
    '''How many there are.'''
"""

STAGE = """\
from isaaclab_mimic_core.events import StageFinished
from isaaclab_mimic_core.plugins import resolve
from isaaclab_mimic_core.stages.stage import Stage
from isaaclab_mimic_core.tasks import find_task

class Find(Stage):
    name = "find"
    def __init__(self, task):
        super().__init__()
        self.task = task
    def run(self):
        yield []
        spec = find_task(self.task)
        return [StageFinished("find", "done", {"title": spec.title, "build": resolve(spec.local_assets).__name__})]
"""


@pytest.fixture
def folder(tmp_path_factory):
    """A folder with the extension in it."""
    folder = tmp_path_factory.mktemp("extensions")
    module = MINE.replace(".", "_")
    for part in ("config", module):
        (folder / MINE / part).mkdir(parents=True)
    (folder / MINE / "config" / "extension.toml").write_text(CONFIG.format(module=module))
    (folder / MINE / module / "__init__.py").write_text(EXTENSION)
    (folder / MINE / "my_stages.py").write_text(STAGE)
    (folder / MINE / "my_scene.py").write_text(SCENE)
    return folder


def shown(panel, name):
    """Return the choices that a row's list really has."""
    if (field := panel.entries[name].field) is None:  # not built yet
        return []
    model = field.model
    items = model.get_item_children(None)
    return [model.get_item_value_model(item, 0).get_value_as_string() for item in items]


@in_kit(enable=[UI], ext_folders=(EXTS, "{folder}"))
def test_lists_follow_an_extension(kit, tmp_path, folder):
    from isaaclab_mimic_core.events import StageFailed, StageFinished
    from isaaclab_mimic_core.remote.worker_client import WorkerClient

    window = open_window(kit)
    record = window.panel("record")
    kit.expect(lambda: "keyboard" in shown(record, "teleop_device"), True)
    assert TASK not in shown(record, "task") and "my_knob" not in shown(record, "teleop_device")

    kit.enable(MINE)
    kit.expect(lambda: TASK in shown(record, "task") and "my_knob" in shown(record, "teleop_device"), True)
    record.entries["task"].value = TASK
    record.entries["teleop_device"].value = "my_knob"
    assert not {"task", "teleop_device"} & record.form.try_all().keys()
    # Its settings, and no others. Rows below what is in view are built once they come into it.
    window.window.height = 1500
    kit.expect(lambda: "detents" in record.entries and record.entries["detents"].field is not None, True)
    assert "pos_sensitivity" not in record.entries and record.entries["step_hz"].value == "30.0"
    record.entries["detents"].value = "97"
    assert record.form.try_all()["detents"] == "Must be from 1 to 96, not 97."
    record.entries["detents"].value = "48"
    assert record.session.choices.options()["teleop_settings"] == {"step_hz": 30.0, "detents": 48}
    train = window.panel("train")
    kit.expect(lambda: "my_mean" in shown(train, "learner"), True)
    generate = window.panel("generate")
    kit.expect(lambda: "my_detour" in shown(generate, "planner"), True)
    assert generate.entries["task"].value == "as the input says"
    generate.entries["task"].value = TASK

    # A worker is a process of its own and has the task all the same.
    client = WorkerClient("my_stages:Find", {"task": TASK})
    events = []
    kit.expect(lambda: bool(events.extend(client.poll()) or client.done), True)
    client.close()
    (ending,) = [event for event in events if isinstance(event, StageFinished | StageFailed)]
    assert isinstance(ending, StageFinished), ending
    assert ending.summary == {"title": "my arm fills a shelf", "build": "build"}

    kit.disable(MINE)
    kit.expect(lambda: TASK in shown(generate, "task") or "my_detour" in shown(generate, "planner"), False)
    assert generate.entries["task"].value != TASK and "task" not in generate.form.try_all()
    record = window.panel("record")
    kit.expect(lambda: TASK in shown(record, "task") or "my_knob" in shown(record, "teleop_device"), False)
    assert record.entries["teleop_device"].value == "keyboard"
    kit.expect(lambda: "pos_sensitivity" in record.entries and "detents" not in record.entries, True)
    train = window.panel("train")
    kit.expect(lambda: "robomimic" in shown(train, "learner") and "my_mean" not in shown(train, "learner"), True)


@in_kit(enable=[UI])
def test_the_window_remembers_what_it_imports_and_says_once_what_is_broken(kit, tmp_path):
    from isaaclab_mimic_core import plugins
    from isaaclab_mimic_ui.host.kit import KitHost
    from isaaclab_mimic_ui.workflow import IMPORTS

    good, broken, gone = (tmp_path / f"{name}.py" for name in ("my_good_tasks", "my_broken_tasks", "my_gone_tasks"))
    good.write_text(
        "from isaaclab_mimic_core.plugins import TaskSpec, register_task\n"
        f"register_task(TaskSpec({TASK!r}, 'my arm fills a shelf'))\n"
    )
    broken.write_text("raise RuntimeError('no licence found')\n")
    # As an earlier window left it: since then one has been deleted.
    KitHost().remember(IMPORTS, json.dumps({IMPORTS: [str(good), str(broken), str(gone)]}))
    window = open_window(kit)
    panel = window.panel("record")
    kit.expect(lambda: TASK in shown(panel, "task"), True)
    told = window.heading.warning
    kit.expect(lambda: told.visible, True)
    assert told.text.count("no licence found") == 1 and told.text.count("neither a Python file") == 1
    assert set(plugins.imports()) == {str(good), str(broken)}
    window.remember()
    assert json.loads(KitHost().recall(IMPORTS)) == {IMPORTS: [str(good), str(broken)]}
