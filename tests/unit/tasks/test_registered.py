# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Environments that are only in gymnasium's registry run by their id, if they are Mimic environments."""

import pytest

gymnasium = pytest.importorskip("gymnasium")
pytest.importorskip("isaaclab_mimic")

from isaaclab_mimic_core.errors import TaskError  # noqa: E402
from isaaclab_mimic_core.sim.assets.cloud import cloud_paths  # noqa: E402
from isaaclab_mimic_core.tasks import all_tasks, find_task  # noqa: E402
from isaaclab_mimic_core.tasks.open_env import open_env  # noqa: E402
from isaaclab_mimic_core.tasks.subtasks import subtask_texts  # noqa: E402

MIMIC = "isaaclab_mimic.envs.franka_stack_ik_rel_mimic_env:FrankaCubeStackIKRelMimicEnv"
CONFIG = "isaaclab_mimic.envs.franka_stack_ik_rel_mimic_env_cfg:FrankaCubeStackIKRelMimicEnvCfg"


@pytest.fixture
def enter():
    """Enters an environment for the length of a test."""
    entered = []

    def enter(task_id: str, entry_point: str, config: str | None = CONFIG) -> str:
        kwargs = {"env_cfg_entry_point": config} if config else {}
        gymnasium.register(id=task_id, entry_point=entry_point, kwargs=kwargs, disable_env_checker=True)
        entered.append(task_id)
        return task_id

    yield enter
    for task_id in entered:
        del gymnasium.registry[task_id]


def test_any_mimic_environment_is_a_task(enter):
    task = enter("My-Stack-Mimic-v0", MIMIC)
    assert find_task(task).id == find_task(f" {task.lower()} ").id == task
    assert task in all_tasks() and task in all_tasks(importing=True)


def test_its_id_need_not_say_so(enter):
    task = enter("Stack-It-v0", MIMIC)
    assert find_task(task).id == task
    assert task not in all_tasks() and task in all_tasks(importing=True)


@pytest.mark.parametrize("class_name", ["isaaclab.envs:ManagerBasedRLEnv", "isaaclab_tasks.direct.cart:Cart"])
def test_an_environment_without_mimic_is_named_as_that(enter, class_name):
    task = enter("My-Cart-v0", class_name)
    with pytest.raises(TaskError, match="My-Cart-v0: this environment is no ManagerBasedRLMimicEnv"):
        find_task(task)
    assert task not in all_tasks(importing=True)


@pytest.mark.parametrize("config", ["no_such_module:Config", "isaaclab.envs:ManagerBasedRLEnvCfg"])
def test_subtasks_of_a_configuration_that_fails_are_refused_with_the_reason(enter, config):
    task = enter("My-Broken-Mimic-v0", MIMIC, config)
    with pytest.raises(TaskError, match=r"My-Broken-Mimic-v0: its configuration cannot be loaded \(.+\)") as error:
        subtask_texts(task)
    assert len(str(error.value).splitlines()) <= 2
    assert "Grasp red cube" in str(subtask_texts("Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"))


def test_a_name_of_a_base_task_still_leads_to_its_mimic_task(enter):
    base = enter("Isaac-Stack-Cube-Franka-IK-Rel-v0", "isaaclab.envs:ManagerBasedRLEnv")
    assert find_task(base).id == "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"


def test_gymnasiums_own_are_no_tasks():
    with pytest.raises(TaskError, match="there is no task 'CartPole-v1'"):
        find_task("CartPole-v1")


@pytest.mark.parametrize(
    ("class_name", "told"),
    [
        ("collections:OrderedDict", "its class OrderedDict is no ManagerBasedRLMimicEnv"),
        ("a_module_that_is_not_there:Env", "its class cannot be imported"),
    ],
)
def test_what_only_its_class_tells_is_told_before_anything_is_opened(enter, class_name, told):
    task = enter("My-Odd-Mimic-v0", class_name)
    with pytest.raises(TaskError, match=told), open_env(task, 1, device="cpu", assets="local"):
        pass
    assert task not in all_tasks(importing=True)


def test_an_asset_that_has_no_stand_in_is_named(enter):
    config = "isaaclab_mimic.envs.franka_bin_stack_ik_rel_mimic_env_cfg:FrankaBinStackIKRelMimicEnvCfg"
    task = enter("My-Bin-Mimic-v0", MIMIC, config)
    wanted = pytest.raises(TaskError, match=r"no stand-ins for [^ ]*sorting_bin_blue\.usd of NVIDIA's asset server")
    with wanted, open_env(task, 1, device="cpu", assets="local"):
        pass


def test_markers_that_are_not_drawn_want_nothing_of_the_cloud():
    from isaaclab_mimic.envs.franka_stack_ik_rel_mimic_env_cfg import FrankaCubeStackIKRelMimicEnvCfg

    cfg = FrankaCubeStackIKRelMimicEnvCfg()
    assert any(path.endswith(".usd") for path in cloud_paths(cfg.scene))
    # The description of the local robot is not built for this.
    cfg.scene.robot.spawn.usd_path = "panda.usda"
    for name in ("cube_1", "cube_2", "cube_3", "table", "plane"):
        setattr(cfg.scene, name, None)
    assert cloud_paths(cfg.scene) == []
    cfg.scene.ee_frame.debug_vis = True
    assert len(cloud_paths(cfg.scene)) > 0
