# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Tasks as YAML files: read, written, refused."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from isaaclab.assets import AssetBaseCfg

from isaaclab_mimic_core import cli
from isaaclab_mimic_core.datagen.config import check_objects, config_values, read_frames, read_subtasks
from isaaclab_mimic_core.datagen.sources.segmentation import segment
from isaaclab_mimic_core.datagen.sources.source_demo import SourceDemo
from isaaclab_mimic_core.envs.frames import FramePoses, place_still_frames
from isaaclab_mimic_core.errors import ANNOTATE_BY_HAND, ConfigError, DatasetError, InputFileError, TaskError
from isaaclab_mimic_core.options import GenerateOptions, ReplayOptions
from isaaclab_mimic_core.plugins import TASKS, TaskSpec, register_task, restored
from isaaclab_mimic_core.robots.derived.arm import Arm
from isaaclab_mimic_core.robots.derived.described import EmbodimentEnv
from isaaclab_mimic_core.robots.derived.matching import in_order_of
from isaaclab_mimic_core.robots.embodiment import read_embodiment
from isaaclab_mimic_core.sample import SAMPLE
from isaaclab_mimic_core.stages.files.resume import manifest_of
from isaaclab_mimic_core.tasks.described import load, overruled
from isaaclab_mimic_core.tasks.descriptors import apply, format_descriptor, read_descriptor
from isaaclab_mimic_core.tasks.descriptors.schema import CONSTRAINT, POLICY, SUBTASK
from isaaclab_mimic_core.tasks.names import find_task, same_task
from isaaclab_mimic_core.tasks.subtasks import show_task, task_config

FILES = Path(__file__).parents[2] / "data" / "descriptors"
STACK = FILES / "franka_cube_stack.yaml"
PLAIN = "Isaac-Stack-Cube-Franka-IK-Rel-v0"


GR1 = "gr1_pick_place.yaml"


def edited(old: str, new: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


FRAMES = """frames:
  goal: {pos: [0.4, 0.1, 0.02], rot: [0, 0, 1, 0]}
  slot: {parent: cube_1, pos: [0, 0, 0.1]}
"""


def said(cfg) -> tuple:
    """Return all that a descriptor can say of a configuration."""
    datagen, subtasks, constraints = config_values(cfg)

    def known(keys: dict, values: dict) -> dict:
        return {field: values[field] for field, _ in keys.values()}

    parts = {eef: [known(SUBTASK, each) for each in listed] for eef, listed in subtasks.items()}
    return known(POLICY, datagen), parts, [known(CONSTRAINT, each) for each in constraints]


@pytest.mark.parametrize("task", TASKS.all())
def test_what_is_shown_of_a_task_reads_as_the_same(task, tmp_path):
    cfg = task_config(task)
    file = tmp_path / "task.yaml"
    file.write_text(show_task(task))
    read = read_descriptor(str(file))
    plain = SimpleNamespace()
    apply(read, plain)
    assert said(plain) == said(cfg)
    assert list(said(plain)[1]) == list(said(cfg)[1]), "the order of end effectors is kept"
    assert format_descriptor(plain, read.env, read.name, read.description) == file.read_text()
    assert read.env == task


def test_what_is_shown_of_a_file_reads_as_the_same(tmp_path):
    said = (FILES / "franka_stack_signals.yaml").read_text() + f"embodiment: {FILES / 'franka_ik_rel.yaml'}\n"
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text(said)
    second.write_text(show_task(str(first)))
    one, other = read_descriptor(str(first)), read_descriptor(str(second))
    assert one.stated.keys() == {"embodiment", "signals", "success"} and one.stated == other.stated
    for each in ("name", "description", "env", "policy", "subtasks", "constraints", "embodiment"):
        assert getattr(one, each) == getattr(other, each), each
    assert other.signals.keys() == one.signals.keys() and other.success


def test_frames_are_shown_and_read_as_the_same(tmp_path):
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text(f"env: {PLAIN}\n{FRAMES}" + STACK.read_text().replace("object_ref: cube_1", "object_ref: goal"))
    second.write_text(show_task(str(first)))
    one, other = read_descriptor(str(first)), read_descriptor(str(second))
    assert one.frames == other.frames and list(one.frames) == ["goal", "slot"]
    assert one.frames["slot"] == {"parent": "cube_1", "pos": (0, 0, 0.1), "rot": (0.0, 0.0, 0.0, 1.0)}
    assert "\n  goal: {pos: [0.4, 0.1, 0.02], rot: [0.0, 0.0, 1.0, 0.0]}\n" in second.read_text()
    assert show_task(str(second)) == second.read_text()


def test_the_samples_descriptor_gives_the_goal_a_frame():
    found = read_descriptor(str(SAMPLE.parents[1] / "gr1t2_pick_place" / "fixed_goal.yaml"))
    assert found.frames["goal"]["parent"] is None and list(found.subtasks) == ["right", "left"]
    assert [each["object_ref"] for each in found.subtasks["right"]] == ["object", "object", "goal"]


def test_autodatas_descriptor_of_one_arm():
    found = read_descriptor(str(STACK))
    assert found.policy["generation_select_src_per_subtask"] and not found.policy["use_skillgen"]
    (subtasks,) = found.subtasks.values()
    assert [each["object_ref"] for each in subtasks] == ["cube_2", "cube_1", "cube_3", "cube_2"]
    assert [each["subtask_term_signal"] for each in subtasks] == ["grasp_1", "stack_1", "grasp_2", None]
    assert subtasks[0]["subtask_term_offset_range"] == (10, 20)
    # It says what the class of Isaac Lab's Mimic task says, but for names and texts.
    theirs = config_values(task_config("Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"))[1]["franka"]
    texts = ("description", "next_subtask_description")
    assert [{k: v for k, v in each.items() if k not in texts} for each in subtasks] == [
        {field: each[field] for field, _ in SUBTASK.values() if field not in texts} for each in theirs
    ]


def test_autodatas_descriptor_of_two_arms_and_its_defaults():
    found = read_descriptor(str(FILES / "gr1_pick_place.yaml"), str(FILES / "gr1_ik_abs.yaml"))
    assert [len(each) for each in found.subtasks.values()] == [2, 1] and list(found.subtasks) == ["right", "left"]
    assert found.subtasks["left"][0]["num_interpolation_steps"] == 0 and found.policy["generation_num_trials"] == 1000
    assert found.embodiment and [hand.name for hand in found.embodiment.hands] == ["left", "right"]


def observed(hands: list[str], action_dim: int) -> SimpleNamespace:
    seen = {}
    for name in hands:
        seen[f"{name}eef_pos"] = torch.rand(5, 3)
        seen[f"{name}eef_quat"] = torch.nn.functional.normalize(torch.randn(5, 4), dim=-1)
    return SimpleNamespace(
        obs_buf={"policy": seen},
        action_manager=SimpleNamespace(total_action_dim=action_dim),
        observation_manager=SimpleNamespace(active_terms={"policy": list(seen)}),
    )


def described(file: str, hands: list[str], eefs: tuple[str, ...], action_dim: int) -> EmbodimentEnv:
    env = EmbodimentEnv.__new__(EmbodimentEnv)
    env.embodiment, env.env = read_embodiment(str(FILES / file)), observed(hands, action_dim)
    env.eef_names, env.info, env.device, env.num_envs = eefs, {"task": "T"}, torch.device("cpu"), 5
    env.gripper_dim = max(len(arm.hand) for arm in env._arms)
    env._check()
    return env


def test_autodatas_embodiments_mean_what_they_say():
    torch.manual_seed(0)
    one = described("franka_ik_rel.yaml", [""], ("franka",), 7)
    action = 0.1 * torch.randn(5, 7)
    target = one.action_to_target(action)
    # Actions are changes of pose as they are, whatever the action term makes of them.
    torch.testing.assert_close(target[:, 0, :3, 3], one.env.obs_buf["policy"]["eef_pos"] + action[:, :3])
    torch.testing.assert_close(one.target_to_action(target, action[:, None, 6:]), action, rtol=0, atol=1e-5)
    two = described("gr1_ik_abs.yaml", ["left_", "right_"], ("right", "left"), 36)
    action = torch.randn(5, 36)
    for part in (slice(3, 7), slice(10, 14)):
        action[:, part] = torch.nn.functional.normalize(action[:, part], dim=-1)
        action[:, part] *= action[:, part][:, 3:].sign()
    hands = two.action_to_gripper(action)
    assert torch.equal(hands[:, 0], action[:, [14 + i for i in (5, 6, 7, 8, 9, 15, 16, 17, 18, 19, 21)]])
    torch.testing.assert_close(two.target_to_action(two.action_to_target(action), hands), action, rtol=0, atol=1e-5)


def test_an_embodiment_of_another_robot_is_refused():
    with pytest.raises(ConfigError, match=r"gr1_ik_abs.yaml: describes actions of 36 numbers, .* have 7"):
        described("gr1_ik_abs.yaml", ["left_", "right_"], ("right", "left"), 7)
    with pytest.raises(ConfigError, match=r"reads the observation policy/eef_pos, which this environment does not"):
        described("franka_ik_rel.yaml", ["other_"], ("franka",), 7)


@pytest.mark.parametrize(
    ("task", "robot", "edit", "place", "what"),
    [
        (
            STACK.name,
            "franka_ik_rel.yaml",
            edited("  franka:", "  arm:"),
            "arm:",
            "no end effector 'arm'\n  It has franka",
        ),
        (
            GR1,
            "gr1_ik_abs.yaml",
            edited("  left:", "  third:"),
            "third:",
            "no end effector 'third'\n  It has left, right",
        ),
        (GR1, "gr1_ik_abs.yaml", lambda text: text.partition("  left:")[0], "subtasks:", "has no subtasks for left"),
    ],
)
def test_subtasks_are_for_the_end_effectors_of_the_embodiment(task, robot, edit, place, what, tmp_path):
    file = tmp_path / "task.yaml"
    file.write_text(edit((FILES / task).read_text()).replace("algo: dexmimicgen\n", ""))
    with pytest.raises(InputFileError) as error:
        read_descriptor(str(file), str(FILES / robot))
    message = str(error.value)
    line = re.search(r"task\.yaml, line (\d+)", message)
    assert what in message and len(message.splitlines()) == 2
    assert line and place in file.read_text().splitlines()[int(line[1]) - 1], message


def test_an_embodiment_that_is_given_takes_the_place_of_the_files(tmp_path):
    file, own = tmp_path / "task.yaml", tmp_path / "own.yaml"
    file.write_text(STACK.read_text() + "embodiment: own.yaml\n")
    given = str(FILES / "franka_ik_rel.yaml")
    # The file's own one need not be there then.
    found = read_descriptor(str(file), given)
    assert found.stated["embodiment"] == given == found.embodiment.path
    own.write_text((FILES / "franka_ik_rel.yaml").read_text())
    name = f"{file}@{PLAIN}"
    before = manifest_of("generate", GenerateOptions(task=name), {}).inputs["descriptor"]
    assert not before.differs(manifest_of("generate", GenerateOptions(task=name), {}).inputs["descriptor"])
    # What another one says counts at once, and is another run.
    own.write_text(own.read_text().replace("gripper_dim: 1", "gripper_dim: 2"))
    assert load(str(file)).embodiment.hands[0].columns == (6, 7)
    assert before.differs(manifest_of("generate", GenerateOptions(task=name), {}).inputs["descriptor"])


def test_what_a_file_says_of_a_run_and_the_options_decide_is_told():
    (said,) = overruled(str(STACK), GenerateOptions(seed=7, num_demos=10))
    assert said == f"{STACK} says seed 1; a run goes by --seed."
    assert overruled(str(STACK), GenerateOptions(seed=1, num_demos=10)) == []
    # What AutoData's generator does not follow either.
    robot = FILES / "gr1_ik_abs.yaml"
    (said,) = overruled(f"{FILES / 'gr1_pick_place.yaml'},{robot}", GenerateOptions(num_demos=1000))
    unused = "hand_open, hand_close, eefs.left.offset, eefs.right.offset"
    assert said == f"{robot}: {unused} are for retargeting, which is not done here."


def test_a_package_that_is_not_there():
    with pytest.raises(InputFileError, match="there is no such package"):
        load("nopackage.sub:task.yaml")


def test_a_descriptor_is_the_name_of_a_task():
    task = GenerateOptions(descriptor=str(STACK), task=PLAIN).task
    found = find_task(task)
    assert found.environment == PLAIN and found.descriptor == str(STACK) and found.title == "Stack three cubes"
    assert found.local_assets == find_task("Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0").local_assets
    assert same_task(task, "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0") and same_task(task, PLAIN)
    assert not same_task(task, "Mimic-Lift-Box-Two-Franka-v0")
    # Some stages take the task from their input, where none is given.
    assert ReplayOptions(descriptor=str(STACK)).task == str(STACK)
    # Options are made anew in workers and forms.
    assert GenerateOptions(descriptor=str(STACK), task=task).task == task
    with pytest.raises(TaskError, match="does not say which environment") as error:
        find_task(GenerateOptions(descriptor=str(STACK)).task)
    assert "--task ENVIRONMENT" in str(error.value)


def test_a_registered_descriptor():
    with restored():
        register_task(TaskSpec("My-Stack", "Mine", environment=PLAIN, descriptor=str(STACK)))
        assert find_task("my-stack").id == "My-Stack"
        assert config_values(task_config("My-Stack"))[1].keys() == {"franka"}


def test_the_command_shows_a_task(capfd):
    assert cli.main(["task", "show", f"{STACK}@{PLAIN}"]) == 0
    shown = capfd.readouterr().out
    assert shown.startswith(
        "name: franka_cube_stack\ndescription: Stack three cubes\nalgo: mimicgen\nenv: Isaac-Stack-"
    )


def with_more(more: str) -> Callable[[str], str]:
    return lambda text: text + more


def twice(text: str) -> str:
    """Give a second arm the first one's subtasks."""
    return text.replace("algo: mimicgen\n", "") + "  other:\n" + text.partition("  franka:\n")[2]


def constrained(*pairs: str) -> Callable[[str], str]:
    listed = "".join(f"  - constraint_type: sequential\n    eef_subtask_constraint_tuple: {pair}\n" for pair in pairs)
    return lambda text: twice(text) + "constraints:\n" + listed


WRONG = {
    "unknown key": (edited("algo:", "algoritm:"), "algoritm", "the key 'algoritm' is unknown", "Did you mean algo?"),
    "unknown algo": (edited("algo: mimicgen", "algo: magic"), "magic", "is 'magic', which is unknown", "mimicgen"),
    "algo for more arms": (
        edited("algo: mimicgen", "algo: dexmimicgen"),
        "dexmimicgen",
        "for 1 end effectors",
        "Leave algo out",
    ),
    "key missing": (edited("subtasks:", "description:"), None, "", ""),
    "no mapping": (lambda text: "- a\n", "- a", "should be a mapping", "own-task"),
    "empty": (lambda text: "", None, "is empty", "own-task"),
    "no YAML": (edited("name: franka", "name: [franka"), None, "is no YAML", ""),
    "name of the wrong type": (
        edited("name: franka_cube_stack", "name: 3"),
        "name: 3",
        "is 3, but should be a text",
        "quotes",
    ),
    "key of the policy": (
        edited("  keep_failed: false", "  keep_fails: false"),
        "keep_fails",
        "'keep_fails' is unknown",
        "keep_f",
    ),
    "value of the policy": (
        edited("guarantee_success: true", "guarantee_success: 7"),
        "guarantee",
        "is 7, but must be",
        "",
    ),
    "a path in it": (
        edited("generation_path: null", "generation_path: x"),
        "generation_path",
        "has no effect here",
        "--output",
    ),
    "no list": (edited("  franka:\n", "  franka: 3\n  more:\n"), "franka: 3", "should be a list", ""),
    "no subtasks": (edited("  franka:\n", "  more: []\n  franka:\n"), "more: []", "has no subtasks", "at least one"),
    "key of a subtask": (
        edited("      action_noise", "      noise"),
        "noise: 0.03",
        "'noise' is unknown",
        "action_noise",
    ),
    "negative noise": (
        edited("action_noise: 0.03", "action_noise: -1"),
        "-1",
        "is -1, but must be a finite number",
        "",
    ),
    "fractions of steps": (
        edited("num_interpolation_steps: 5", "num_interpolation_steps: 0.5"),
        "0.5",
        "is 0.5, but",
        "",
    ),
    "unknown strategy": (edited("nearest_neighbor_object", "nearest"), "nearest", "is unknown", "Use random"),
    "unknown kwarg": (edited("nn_k: 3", "k: 3"), "kwargs", "has unknown k", ""),
    "bounds the wrong way": (edited("[10, 20]", "[20, 10]"), "[20, 10]", "the lower bound comes first", ""),
    "signal missing": (
        edited("      subtask_term_signal: grasp_1\n", ""),
        "- object_ref: cube_2",
        "every subtask but the last",
        "",
    ),
    "offset of the last": (edited("[0, 0]", "[1, 2]"), "[1, 2]", "must be (0, 0): the last subtask", ""),
    "skillgen's parameter": (
        edited("      action_noise", "      algo_params: {subtask_start_offset_range: [0, 1]}\n      action_noise"),
        "algo_params",
        "'subtask_start_offset_range' is unknown",
        "",
    ),
    "another start signal": (
        edited("      action_noise", "      subtask_start_signal: go\n      action_noise"),
        "go",
        "start marks have the name",
        "Leave it out",
    ),
    "constraint of nobody": (constrained("[[tool, 0], [franka, 1]]"), None, "no end effector 'tool'", "There are"),
    "constraint of one": (constrained("[[franka, 0]]"), None, "must be two pairs", ""),
    "subtasks in a circle": (
        constrained("[[franka, 1], [other, 0]]", "[[other, 1], [franka, 0]]"),
        None,
        "wait for one another in a circle",
        "",
    ),
    "constraint of no type": (
        with_more("constraints:\n  - eef_subtask_constraint_tuple: [[franka, 0], [franka, 1]]\n"),
        "- eef_subtask",
        "the key 'constraint_type' is missing",
        "",
    ),
    "no truth value": (edited("name: franka_cube_stack", "name: !!bool foo"), "name:", "is no value of YAML", ""),
    "no date": (edited("name: franka_cube_stack", "name: 2024-13-45"), "name:", "is no value of YAML", ""),
    "too many digits": (edited("seed: 1", f"seed: {'9' * 5000}"), "seed:", "is no value of YAML", ""),
    "too large": (edited("nn_k: 3", f"nn_k: 0x{'f' * 400}"), "selection", "holds a number that is too large", ""),
    "too many steps": (
        edited("num_interpolation_steps: 5", "num_interpolation_steps: 99999999999"),
        "99999999999",
        "must be a whole number from 0 to",
        "",
    ),
    "too much noise": (edited("action_noise: 0.03", "action_noise: .inf"), "noise", "is inf, but must be", ""),
    "too deep": (edited("name: franka_cube_stack", f"name: {'[' * 3000}"), None, "is nested too deeply", ""),
    "twice in a mapping": (
        edited("        nn_k: 3\n", "        nn_k: 3\n        nn_k: 2\n"),
        "nn_k: 2",
        "is there twice",
        "",
    ),
    "a word of YAML as a name": (edited("object_ref: cube_2", "object_ref: no"), "no", "is False, but", ""),
    "two algorithms": (
        edited("use_skillgen: false", "use_skillgen: true"),
        "use_skillgen",
        "contradicts algo mimicgen",
        "Leave it out",
    ),
    "a scheme without effect": (
        lambda text: constrained("[[franka, 0], [other, 1]]")(text) + "    coordination_scheme: transform\n",
        "coordination_scheme",
        "has no effect on a sequential constraint",
        "Leave it out",
    ),
    "key of a frame": (with_more("frames:\n  goal: {position: [0, 0, 0]}\n"), "goal", "'position' is unknown", "pos"),
    "a place of two numbers": (
        with_more("frames:\n  goal:\n    pos: [0, 0]\n"),
        "pos",
        "is [0, 0], but must be 3 finite numbers",
        "",
    ),
    "a turn of no length": (
        with_more("frames:\n  goal:\n    rot: [0, 0, 0, 0]\n"),
        "rot",
        "must be a quaternion (x, y, z, w) of length 1",
        "(0, 0, 0, 1) is no rotation",
    ),
    "frame of two words": (
        with_more('frames: {"my goal": {pos: [0, 0, 0]}}\n'),
        "my goal",
        "'my goal' is no name for a frame",
        "letters, digits and _",
    ),
    "frame that cannot be printed": (
        with_more('frames: {"a\\0\\ud800": {pos: [0, 0, 0]}}\n'),
        r"a\0\ud800",
        r"frames a\x00\ud800: 'a\x00\ud800' is no name for a frame",
        "letters, digits and _",
    ),
    "frames in a list": (with_more("frames: [goal]\n"), "frames", "should be a mapping", "own-task"),
    "unknown embodiment": (with_more("embodiment: nowhere.yaml\n"), None, "cannot be read", ""),
}


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_descriptors_are_refused_with_file_line_and_remedy(kind, tmp_path):
    edit, place, what, remedy = WRONG[kind]
    file = tmp_path / "wrong.yaml"
    file.write_text(edit(STACK.read_text()))
    with pytest.raises(InputFileError) as error:
        read_descriptor(str(file))
    message = str(error.value)
    assert len(message.splitlines()) <= 2 and what in message and remedy in message, message
    assert ("nowhere.yaml" if "embodiment" in kind else str(file)) in message.splitlines()[0]
    if place is not None:
        line = re.search(r"wrong\.yaml, line (\d+)", message)
        assert line and place in file.read_text().splitlines()[int(line[1]) - 1], message


def test_a_wrong_one_ends_a_command_with_2(tmp_path, capfd):
    file = tmp_path / "wrong.yaml"
    file.write_text(STACK.read_text().replace("algo:", "algoritm:"))
    output = tmp_path / "out.hdf5"
    given = ["--descriptor", str(file), "--task", PLAIN, "--input", "none.hdf5", "--output", str(output)]
    assert cli.main(["generate", *given]) == 2
    said = capfd.readouterr().err
    assert f"{file}, line 4, algoritm: the key 'algoritm' is unknown\n  Did you mean algo?" in said
    assert not output.exists()


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("eef_name", "eef", "line 5, eef: the key 'eef' is unknown"),
        ("gripper_dim: 1", "gripper_dim: one", "line 10, action_layout gripper_dim: is 'one'"),
        ("  pos: eef_pos\n", "", "the key 'pos' is missing"),
        ("delta_pose_ik_single_arm", "wheels", "line 2, type: is 'wheels', which is unknown"),
        ("[0.0, 0.0, 0.0]", "[0.0, 0.0]", "should be a list of 3 numbers"),
        ("[0.0, 0.0, 0.0]", "[0.0, .nan, 0.0]", "should be a list of 3 numbers"),
        ("gripper_dim: 1", "gripper_dim: 1000000000", "should be a whole number from 0 to 4096"),
        ("[7, 14]", "[0, 7]", "does not give each of 36 numbers"),
        ("[0, 7]", "[-7, 0]", "should be a list of 2 whole numbers"),
        ("5, 6, 7", "0, 6, 7", "does not give each of 36 numbers"),
        ("10, 11", "10.5, 11", "should be a list of whole numbers"),
        ("  canonicalize_quat", "  passthrough_channels: {base: [40, 42]}\n  canonicalize_quat", "of 42 numbers"),
    ],
)
def test_wrong_embodiments_are_refused(old, new, what, tmp_path):
    file = tmp_path / "wrong.yaml"
    texts = [(FILES / name).read_text() for name in ("franka_ik_rel.yaml", "gr1_ik_abs.yaml")]
    file.write_text(next(text for text in texts if old in text).replace(old, new, 1))
    with pytest.raises(InputFileError) as error:
        read_embodiment(str(file))
    assert what in str(error.value)


def arm(name: str) -> Arm:
    return Arm(name, 0, lambda: torch.eye(4))


SCENE = SimpleNamespace(
    env_origins=torch.zeros(1, 3),
    rigid_objects={name: None for name in ("cube_1", "cube_2", "cube_3")},
    articulations={"robot": None},
    keys=lambda: ["cube_1", "cube_2", "cube_3", "robot", "table"],
)
UNFIT = {
    "unknown object": (
        edited("object_ref: cube_1", "object_ref: cube_4"),
        "object_ref: cube_4",
        "is not in the scene\n  Objects: cube_1",
    ),
    "a frame that nobody names": (
        edited("object_ref: cube_1", "object_ref: goals"),
        "object_ref: goals",
        "'goals' is not in the scene",
    ),
    "a frame of nothing": (
        edited("parent: cube_1", "parent: shelf"),
        "parent: shelf",
        "'shelf' is not in the scene\n  Use cube_1",
    ),
    "a frame called as an object": (
        edited("  slot:", "  cube_3:"),
        "cube_3: {",
        "has the name of something in the scene\n  Give it another",
    ),
    "a frame of the ground": (
        edited("parent: cube_1", "parent: ground"),
        "slot:",
        "'ground' is not an asset of its own in each environment\n  Leave it out",
    ),
    "an end effector without an arm": (
        lambda text: twice(text).replace("  other:", "  tool:"),
        "tool:",
        "'tool' can be none of the arms franka, other\n  Name the end effectors",
    ),
    "an arm without an end effector": (lambda text: text, "subtasks:", "no end effector is the arm other\n  Give it"),
}
"""What the file alone does not show: edit, what is in the line, and what is said."""


@pytest.mark.parametrize("kind", UNFIT)
def test_what_does_not_fit_the_scene_is_refused_with_its_line(kind, tmp_path):
    edit, place, what = UNFIT[kind]
    file = tmp_path / "task.yaml"
    file.write_text(edit(FRAMES + STACK.read_text()))
    descriptor = read_descriptor(str(file))
    cfg: Any = SimpleNamespace(
        scene=SimpleNamespace(ground=AssetBaseCfg(prim_path="/World/ground"), table=None, cube_1=None)
    )
    apply(descriptor, cfg)
    with pytest.raises(InputFileError) as error, descriptor.at_its_lines():
        place_still_frames(cfg)
        frames = FramePoses(read_frames(cfg), SCENE, list(SCENE.rigid_objects))
        check_objects(cfg, (*frames.bodies, *frames.names))
        in_order_of(list(cfg.subtask_configs), [arm("franka"), arm("other")], str(file))
    message = str(error.value)
    line = re.search(r"task\.yaml, line (\d+)", message)
    assert what in message and len(message.splitlines()) == 2
    assert line and place in file.read_text().splitlines()[int(line[1]) - 1], message


@pytest.mark.parametrize(
    ("rises", "what"),
    [
        ((None, 20, 30), "the signal grasp_1 of franka never changes"),
        # Its end may be 10 steps later, and the next one's end is not.
        ((10, 15, 30), "subtask 1 of franka may be empty"),
    ],
)
def test_demonstrations_that_do_not_fit_name_the_line_that_asks_for_it(rises, what, tmp_path):
    file = tmp_path / "task.yaml"
    file.write_text(STACK.read_text())
    descriptor = read_descriptor(str(file))
    cfg: Any = SimpleNamespace()
    apply(descriptor, cfg)
    steps = np.arange(50)
    signals = [np.zeros(50, bool) if at is None else steps >= at for at in rises]
    demo = SourceDemo(
        "demo_0", np.zeros((50, 7)), {}, {}, {}, dict(zip(("grasp_1", "stack_1", "grasp_2"), signals, strict=True))
    )
    with pytest.raises(DatasetError, match=what) as error, descriptor.at_its_lines():
        segment(demo, read_subtasks(cfg, ("cube_1", "cube_2", "cube_3"), torch.device("cpu")), 0)
    line = re.search(r"task\.yaml, line (\d+)", str(error.value))
    assert line and "object_ref" in file.read_text().splitlines()[int(line[1]) - 1], str(error.value)
    # A window still has a button for it.
    assert error.value.verb == ANNOTATE_BY_HAND


def test_descriptors_are_read_without_torch():
    # The window reads them, in a thread.
    told = (
        "import sys; from isaaclab_mimic_core.tasks.descriptors import read_descriptor;"
        "read_descriptor(sys.argv[1]); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", told, FILES / "franka_stack_signals.yaml"], check=True)
