# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What docs/plugins.md shows works as it stands there."""

import re
import shutil
import sys
import tomllib
import types
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from isaaclab_mimic_core import plugins
from isaaclab_mimic_core.datagen.planning import Query
from isaaclab_mimic_core.devices import make_device, read_settings
from isaaclab_mimic_core.envs.adapt import batched_class, robot_of
from isaaclab_mimic_core.learning import learners
from isaaclab_mimic_core.plugins import PLANNERS, REGISTRIES, TASKS, resolve
from isaaclab_mimic_core.tasks import all_tasks, find_task

PAGE = (Path(__file__).parents[3] / "docs" / "plugins.md").read_text()
LEARNER = Path(__file__).parents[1] / "learning" / "mean_learner.py"
BLOCKS = {name: code for name, code in re.findall(r"```python\n# (\w+\.py)\n(.*?)```", PAGE, re.DOTALL)}


@pytest.fixture
def shown(tmp_path, told):
    """All files that are shown, imported as a user does; nobody is warned of any."""
    pytest.importorskip("isaaclab_mimic")
    for name, code in BLOCKS.items():
        (tmp_path / name).write_text(code)
    shutil.copy(LEARNER, tmp_path)
    for name in ("my_tasks.py", "my_described_tasks.py", "my_parts.py"):
        plugins.use_imports([str(tmp_path / name)])
    plugins.load()
    yield tmp_path
    assert told == []
    import gymnasium

    gymnasium.registry.pop("My-Stack-Mimic-v0", None)
    sys.modules.pop(LEARNER.stem, None)


def test_a_task_needs_no_description(tmp_path):
    pytest.importorskip("gymnasium")
    (tmp_path / "my_tasks.py").write_text(BLOCKS["my_tasks.py"])
    plugins.use_imports([str(tmp_path / "my_tasks.py")])
    plain = find_task("My-Stack-Mimic-v0")
    assert plain.id not in TASKS.all() and plain.id in all_tasks()


def test_the_task_that_is_shown(shown):
    described = find_task("My-Stack-Mimic-v0")
    assert described.title == "My arm stacks three cubes"
    assert all(callable(resolve(code)) for code in (described.register, described.local_assets, described.script))
    from isaaclab_mimic.envs.franka_stack_ik_rel_mimic_env_cfg import FrankaCubeStackIKRelMimicEnvCfg

    cfg = FrankaCubeStackIKRelMimicEnvCfg()
    resolve(described.local_assets)(cfg, "ovphysx")
    assert cfg.scene.cube_1.spawn.size == (0.0406, 0.0406, 0.0406)


def test_the_robot_that_is_shown(shown):
    robot = robot_of(resolve("my_code:MyMimicEnv"))
    assert robot.name == "my_arm" and batched_class(resolve("my_code:MyMimicEnv")).__name__ == "MyBatchedEnv"
    from isaaclab_mimic.envs.franka_stack_ik_rel_mimic_env_cfg import FrankaCubeStackIKRelMimicEnvCfg

    cfg = FrankaCubeStackIKRelMimicEnvCfg()
    assert cfg.scene.robot.spawn.usd_path.startswith("http")
    resolve(robot.local_assets)(cfg, "ovphysx")
    assert Path(cfg.scene.robot.spawn.usd_path).is_file()


def test_the_device_that_is_shown(shown):
    settings = read_settings("my_pad", {"port": "/dev/x", "gain": 2.0, "step_hz": 10.0}, {"overwrite": True})
    assert (settings.port, settings.gain, settings.overwrite) == ("/dev/x", 2.0, True)
    hand = torch.eye(4)[None, None]
    env = SimpleNamespace(
        num_envs=1,
        device="cpu",
        step_dt=0.05,
        gripper_dim=1,
        response=0.5,
        closing_time=0.0,
        navigates=False,
        eef_names=("hand",),
        info={"task": "T"},
        facing=lambda: torch.zeros(1),
        grip=lambda closed: closed[:, None],
    )
    env.eef_pose, env.target_to_action = lambda: hand, lambda target, gripper: target[:, 0, :3, 3]
    device = make_device(env, "my_pad", settings)
    device.begin(torch.tensor([0]), torch.tensor([0]))
    device.handle[0] = 0.5
    # Full deflection by the gain, at 0.25 m/s and 10 Hz; the arm makes half of what it is told, and shall make half.
    torch.testing.assert_close(device.action(), torch.tensor([[0.025, 0.0, 0.0]]))


def test_the_planner_that_is_shown(shown):
    start, goal = torch.eye(4)[None], torch.eye(4)[None].clone()
    goal[:, 0, 3] = 0.2
    none = torch.tensor([-1])
    query = Query(torch.tensor([0]), 0, start, goal, torch.zeros(1, 0, 4, 4), none, none)
    way = resolve(PLANNERS.get("my_planner").planner)().plan(query)
    assert way.length.tolist() == [1] and way.found.tolist() == [True]
    torch.testing.assert_close(way.poses[0, 0, :3, 3], torch.tensor([0.1, 0.0, 0.1]))


def test_the_learner_that_is_shown(shown):
    learner = learners.get_learner("my_learner")
    assert learner.owns(str(shown / "my_parts.py")) is False


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
