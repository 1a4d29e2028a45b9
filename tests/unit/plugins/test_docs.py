# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What docs/plugins.md shows works as it stands there."""

import re
import sys
import tomllib
import types
from pathlib import Path

import pytest

from isaaclab_mimic_core import plugins
from isaaclab_mimic_core.devices import read_settings
from isaaclab_mimic_core.plugins import DEVICES, PLANNERS, REGISTRIES, ROBOTS, TASKS, resolve
from isaaclab_mimic_core.tasks import all_tasks, find_task

PAGE = (Path(__file__).parents[3] / "docs" / "plugins.md").read_text()
BLOCKS = {name: code for name, code in re.findall(r"```python\n# (\w+\.py)\n(.*?)```", PAGE, re.DOTALL)}


def test_files_that_are_shown_can_be_imported(tmp_path, told):
    pytest.importorskip("gymnasium")
    (tmp_path / "my_tasks.py").write_text(BLOCKS["my_tasks.py"])
    plugins.use_imports([str(tmp_path / "my_tasks.py")])
    try:
        plain = find_task("My-Stack-Mimic-v0")
        assert plain.id == "My-Stack-Mimic-v0" and plain.id not in TASKS.all() and plain.id in all_tasks()
        for name in ("my_described_tasks.py", "my_settings.py", "my_parts.py"):
            (tmp_path / name).write_text(BLOCKS[name])
            plugins.use_imports([str(tmp_path / name)])
        described = find_task("My-Stack-Mimic-v0")
        assert described.title == "My arm stacks three cubes"
        assert all(callable(resolve(code)) for code in (described.register, described.local_assets, described.script))
        assert "my_arm" in ROBOTS.all() and "my_pad" in DEVICES.all() and "my_planner" in PLANNERS.all()
        settings = read_settings("my_pad", {"port": "/dev/x"}, {"overwrite": True})
        assert (settings.port, settings.gain, settings.overwrite, settings.step_hz) == ("/dev/x", 1.0, True, 30.0)
        assert told == []
    finally:
        import gymnasium

        gymnasium.registry.pop("My-Stack-Mimic-v0", None)


def test_the_extension_that_is_shown_registers_and_takes_back(monkeypatch):
    omni, ext = types.ModuleType("omni"), types.ModuleType("omni.ext")
    omni.ext, ext.IExt = ext, object
    monkeypatch.setitem(sys.modules, "omni", omni)
    monkeypatch.setitem(sys.modules, "omni.ext", ext)
    scope: dict = {}
    exec(BLOCKS["my_extension.py"], scope)
    extension = scope["MyTasks"]()
    extension.on_startup("my.tasks-1.0")
    assert "My-Shelf-Mimic-v0" in TASKS.all()
    extension.on_shutdown()
    assert "My-Shelf-Mimic-v0" not in TASKS.all()


def test_the_groups_that_are_shown_are_those_that_are_read():
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    shown = tomllib.loads(block)["project"]["entry-points"]
    assert set(shown) <= {f"isaaclab_mimic.{group}" for group in REGISTRIES}
    for group in REGISTRIES:
        assert f".{group}`" in PAGE
