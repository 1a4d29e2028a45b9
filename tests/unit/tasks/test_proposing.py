# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Subtasks that are proposed from demonstrations are those that people have written by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from isaaclab_mimic_core import cli, rotations
from isaaclab_mimic_core.datagen.config import Subtask, list_subtasks
from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.errors import DatasetError
from isaaclab_mimic_core.options import TaskInitOptions
from isaaclab_mimic_core.outcomes import AttemptOutcome, FailureCause
from isaaclab_mimic_core.robots.derived.fingers import Fingers
from isaaclab_mimic_core.robots.derived.naming import eef_names
from isaaclab_mimic_core.sim.object_sizes import Box, box_of
from isaaclab_mimic_core.stages.describing.propose import write_proposal
from isaaclab_mimic_core.stages.describing.verdict import verdict
from isaaclab_mimic_core.tasks.descriptors import read_descriptor
from isaaclab_mimic_core.tasks.proposing import Evidence, format_proposal, format_seen, propose
from isaaclab_mimic_core.tasks.proposing.evidence import from_arrays
from isaaclab_mimic_core.tasks.proposing.places import support
from isaaclab_mimic_core.tasks.proposing.proposal import _room
from isaaclab_mimic_core.tasks.proposing.sketch import sketch
from isaaclab_mimic_core.tasks.subtasks import task_config

TESTS = Path(__file__).parents[2]
SAMPLE = TESTS.parent / "data" / "franka_stack" / "demos.hdf5"
ARMS = np.load(TESTS / "data" / "two_franka_demos.npz")
"""One scripted demonstration of each task of two arms, with the steps at which its own signals rise."""
MARKS = {
    "grasp_1": [73, 77, 55, 62, 56, 62, 57, 56, 50, 60],
    "stack_1": [160, 155, 122, 134, 133, 129, 122, 119, 117, 135],
    "grasp_2": [241, 246, 197, 208, 211, 193, 192, 201, 196, 193],
}
"""Where upstream's own signals rise in the sample's demonstrations."""
NEAR = 10
"""[steps]"""


def hand(asset: str, joints=(0, 1)) -> Fingers:
    return Fingers(asset, 0, joints, (0.04, 0.04), (0.0, 0.0), asset)


@pytest.fixture(scope="module")
def stacks() -> list[Evidence]:
    """The sample's demonstrations."""
    found = []
    with DatasetReader(SAMPLE) as reader:
        for name in reader.episode_names:
            demo = reader.read(name)
            first, after = demo.group("initial_state"), demo.group("states")
            before = {path: torch.from_numpy(np.concatenate([first[path], after[path][:-1]])) for path in after}
            poses = {path.split("/")[1]: each for path, each in before.items() if path.endswith("root_pose")}
            poses.pop("robot")
            eef = rotations.pose_from_quat(*(torch.from_numpy(demo.data[f"obs/eef_{of}"]) for of in ("pos", "quat")))
            joints = {"robot": before["articulation/robot/joint_position"]}
            facts = from_arrays(poses, {"franka": eef}, joints, {"franka": hand("robot", (7, 8))}, 0.05)
            found.append(Evidence(name, facts, ("franka",), tuple(poses), 0.05))
    return found


def arms(task: str) -> Evidence:
    """Return the demonstration of a task of two arms."""
    found: dict[str, dict[str, torch.Tensor]] = {"object": {}, "eef": {}, "fingers": {}}
    for path in ARMS.files:
        if path.startswith(f"{task}/") and "/mark/" not in path:
            _, kind, name = path.split("/")
            found[kind][name] = torch.from_numpy(ARMS[path])
    facts = from_arrays(found["object"], found["eef"], found["fingers"], {eef: hand(eef) for eef in found["eef"]}, 0.05)
    return Evidence("demo_0", facts, tuple(found["eef"]), tuple(found["object"]), 0.05)


def written_by_hand(task: str) -> dict[str, list[tuple[str | None, bool]]]:
    """Return the object and whether there is a signal, of each subtask of a task's own configuration."""
    listed = list_subtasks(task_config(task))
    return {eef: [(each.object_ref, each.signal is not None) for each in subtasks] for eef, subtasks in listed.items()}


def proposed(proposal) -> dict[str, list[tuple[str | None, bool]]]:
    return {
        eef: [(each.object_ref, each.signal is not None) for each in subtasks]
        for eef, subtasks in proposal.subtasks.items()
    }


def read_again(proposal, tmp_path, with_success=True):
    """Return the descriptor that is written."""
    file = tmp_path / "task.yaml"
    file.write_text(format_proposal(proposal, "Some-Env-v0", "task", "demos.hdf5", with_success))
    return read_descriptor(str(file))


def said(statement) -> tuple:
    """Return a statement without its place in a file."""
    return statement.kind, dict(statement.values), tuple(map(said, statement.parts))


def test_each_demonstration_of_the_stack_shows_its_subtasks(stacks):
    wanted = written_by_hand("Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0")
    near = 0
    for number, evidence in enumerate(stacks):
        proposal = propose([evidence])
        assert proposed(proposal) == wanted
        steps = [next(iter(each.marks.values())) for each in proposal.subtasks["franka"][:-1]]
        off = [abs(step - MARKS[name][number]) for step, name in zip(steps, MARKS, strict=True)]
        assert max(off) <= 2 * NEAR
        near += sum(each <= NEAR for each in off)
    # In three places the hand rests between closing, where upstream marks, and lifting.
    assert near >= 27


def test_ten_demonstrations_make_one_descriptor(stacks, tmp_path):
    proposal = propose(stacks)
    assert len(proposal.demos) == 10 and not proposal.others
    assert [each.sure for each in proposal.subtasks["franka"]] == ["sure"] * 4
    descriptor = read_again(proposal, tmp_path)
    assert {name: said(each) for name, each in descriptor.signals.items()} == {
        name: said(each) for name, each in proposal.signals.items()
    }
    assert [each["object_ref"] for each in descriptor.subtasks["franka"]] == ["cube_2", "cube_1", "cube_3", "cube_2"]
    assert descriptor.success is not None and len(descriptor.success.parts) == 3
    assert read_again(proposal, tmp_path, with_success=False).success is None


@pytest.mark.parametrize(
    ("task", "env"),
    [("lift_box", "Mimic-Lift-Box-Two-Franka-v0"), ("clear_and_place", "Mimic-Clear-And-Place-Two-Franka-v0")],
)
def test_two_arms(task, env, tmp_path):
    proposal = propose([arms(task)])
    assert proposed(proposal) == written_by_hand(env)
    own = {path.split("/")[-1]: int(ARMS[path]) for path in ARMS.files if path.startswith(f"{task}/mark/")}
    same = {
        "left_grasp": "left_grasp_box",
        "right_grasp": "right_grasp_box",
        "cube_taken": "left_grasp_cube",
        "blocker_taken": "right_grasp_blocker",
        "plate_clear": "blocker_off_plate",
    }
    marks = {each.signal: each.marks["demo_0"] for listed in proposal.subtasks.values() for each in listed[:-1]}
    assert marks.keys() == {same[name] for name in own}
    assert all(abs(marks[same[name]] - step) <= NEAR for name, step in own.items())
    (constraint,) = read_again(proposal, tmp_path).constraints
    (by_hand,) = task_config(env).task_constraint_configs
    assert constraint["constraint_type"] == by_hand.constraint_type
    assert [tuple(place) for place in constraint["eef_subtask_constraint_tuple"]] == [
        tuple(place) for place in by_hand.eef_subtask_constraint_tuple
    ]


def made(path: list[tuple[float, float, float, float]], others=None, start=(0.4, 0.0, 0.02)) -> Evidence:
    """Return a hand that goes through x, y, z [m] with its fingers that far open, and a cube at `start`.

    The cube is at the hand while the fingers are closed around it.
    """
    steps = torch.tensor(path).repeat_interleave(12, dim=0)
    hand_at = torch.stack([steps[:-12] + (steps[12:] - steps[:-12]) * (k / 12) for k in range(12)], 1)[::12].flatten(
        0, 1
    )
    cube = torch.tensor(start).repeat(len(hand_at), 1)
    for step in range(1, len(hand_at)):
        held = hand_at[step, 3] < 0.03 and (hand_at[step - 1, :3] - cube[step - 1]).norm() < 0.02
        cube[step] = (
            hand_at[step, :3]
            if held
            else cube[step - 1] * torch.tensor([1.0, 1.0, 0.0]) + torch.tensor([0.0, 0.0, 0.02])
        )
    flat = torch.tensor([0.0, 0.0, 0.0, 1.0])
    objects = {"cube": cube} | {
        name: torch.tensor(place).repeat(len(cube), 1) for name, place in (others or {}).items()
    }
    poses = {name: torch.cat([place, flat.repeat(len(cube), 1)], -1) for name, place in objects.items()}
    eef = torch.eye(4).repeat(len(cube), 1, 1)
    eef[:, :3, 3] = hand_at[:, :3]
    facts = from_arrays(poses, {"robot": eef}, {"robot": hand_at[:, 3:].repeat(1, 2)}, {"robot": hand("robot")}, 0.05)
    return Evidence("demo_0", facts, ("robot",), tuple(objects), 0.05)


ABOVE, AT, AWAY = (0.4, 0.0, 0.2), (0.4, 0.0, 0.02), (0.5, 0.2, 0.2)
LIFT = [(*AWAY, 0.04), (*AT, 0.04), (*AT, 0.02), (*AT, 0.02), (*ABOVE, 0.02), (*ABOVE, 0.02)]
LEAVE = [*LIFT, (0.5, 0.1, 0.02, 0.02), (0.5, 0.1, 0.02, 0.02), (0.5, 0.1, 0.02, 0.04), (*AWAY, 0.04), (*AWAY, 0.04)]


def test_what_is_lifted_is_carried_to_the_end(tmp_path):
    proposal = propose([made(LIFT)])
    assert proposed(proposal) == {"robot": [("cube", True), ("cube", False)]}
    success = read_again(proposal, tmp_path).success
    assert success is not None and {part.kind for part in success.parts} == {"grasped", "lifted"}


def test_a_demonstration_may_end_before_the_hand_opens(tmp_path):
    over = (0.6, 0.3, 0.07)
    proposal = propose([made([*LIFT, (0.6, 0.3, 0.2, 0.02), (*over, 0.02), (*over, 0.02)], {"bowl": [0.6, 0.3, 0.02]})])
    assert proposed(proposal) == {"robot": [("cube", True), ("bowl", False)]}
    success = read_again(proposal, tmp_path).success
    assert success is not None and success.kind == "placed"


def test_what_is_put_on_nothing_is_unsure(tmp_path):
    proposal = propose([made(LEAVE, {"bowl": [0.6, 0.3, 0.02]})])
    assert proposed(proposal) == {"robot": [("cube", True), ("bowl", False)]}
    assert [each.sure for each in proposal.subtasks["robot"]] == ["sure", "unsure"]
    assert "! cube is put on nothing that is known" in format_proposal(proposal, "E", "t", "f", True)
    assert read_again(proposal, tmp_path).success is not None


def brought(x: float, y: float, to: tuple[float, float], number: int) -> Evidence:
    """Return a cube that is taken at a place and put to another one, in a scene with a bowl."""
    path = [(*AWAY, 0.04), (x, y, 0.02, 0.04), (x, y, 0.02, 0.02), (x, y, 0.02, 0.02), *[(x, y, 0.2, 0.02)] * 2]
    path += [(*to, 0.02, 0.02), (*to, 0.02, 0.02), (*to, 0.02, 0.04), *[(*AWAY, 0.04)] * 2]
    return replace(made(path, {"bowl": [0.6, 0.3, 0.02]}, (x, y, 0.02)), name=f"demo_{number}")


STARTS = [(0.4, 0.0), (0.45, -0.1), (0.35, 0.1)]


def test_where_a_cube_ends_wherever_it_began_is_a_goal_with_a_frame(tmp_path):
    ends = [(0.5, 0.1), (0.505, 0.1), (0.495, 0.1)]
    proposal = propose(
        [brought(*start, end, number) for number, (start, end) in enumerate(zip(STARTS, ends, strict=True))]
    )
    assert proposed(proposal) == {"robot": [("cube", True), ("cube_goal", False)]}
    assert [each.sure for each in proposal.subtasks["robot"]] == ["sure", "likely"]
    read = read_again(proposal, tmp_path)
    assert read.frames["cube_goal"]["pos"] == pytest.approx((0.5, 0.1, 0.02), abs=1e-3)
    assert read.subtasks["robot"][1]["selection_strategy"] == "random"
    assert read.success is not None and [part.kind for part in read.success.parts] == ["placed", "released"]
    assert read.success.parts[0].values["at"] == "cube_goal" and not proposal.doubts
    text = (tmp_path / "task.yaml").read_text()
    assert "# cube_goal: cube ends within 0.5 cm of it, and begins up to 11 cm from where it does on average." in text
    assert "  frame cube_goal: cube ends within 0.5 cm" in "\n".join(format_seen(proposal, with_success=True))


def test_one_place_for_one_beginning_and_several_places_are_no_goal():
    alone = propose([brought(*STARTS[0], (0.5, 0.1), 0)])
    apart = propose([brought(*start, (0.5, start[1] + 0.1), number) for number, start in enumerate(STARTS)])
    still = propose([brought(0.4, 0.0, (0.5, 0.1), number) for number in range(3)])
    for proposal in (alone, apart, still):
        assert not proposal.goals and proposal.subtasks["robot"][1].object_ref == "bowl"


def test_without_another_object_there_is_no_reference(tmp_path):
    proposal = propose([made([*LEAVE, *LIFT[:-1]])])
    refs = [each.object_ref for each in proposal.subtasks["robot"]]
    assert refs[:2] == ["cube", None]
    assert read_again(proposal, tmp_path).subtasks["robot"][1]["selection_strategy"] == "random"


def test_what_holds_from_the_beginning_is_no_success(tmp_path):
    proposal = propose([made(LEAVE)])
    (doubt,) = proposal.doubts
    assert proposal.success is None and "holds from the beginning in demo_0" in doubt
    assert read_again(proposal, tmp_path).success is None
    assert f"# ! {doubt}" in (tmp_path / "task.yaml").read_text()
    assert f"      ! {doubt}" in format_seen(proposal, with_success=True)
    assert f"      ! {doubt}" not in format_seen(proposal, with_success=False)


def test_success_that_a_demonstration_does_not_end_with_is_doubted(tmp_path):
    farther = [*LIFT, (0.5, 0.3, 0.02, 0.02), (0.5, 0.3, 0.02, 0.02), (0.5, 0.3, 0.02, 0.04), *[(*AWAY, 0.04)] * 2]
    bowl = {"bowl": [0.6, 0.3, 0.02]}
    demos = [made(LEAVE, bowl), replace(made(LEAVE, bowl), name="same"), replace(made(farther, bowl), name="off")]
    assert propose(demos[:2]).doubts == []
    proposal = propose(demos)
    assert proposal.doubts == ["success does not hold at the end of off"]
    assert read_again(proposal, tmp_path).success is not None


def test_a_cut_stays_between_the_neighbouring_ones():
    shown = sketch(made(LIFT))
    mark = propose([shown.evidence]).subtasks["robot"][0].marks["demo_0"]
    assert _room("robot", 0, [shown], {"demo_0": mark}) == min(mark, shown.evidence.steps - mark) > 0
    assert _room("robot", 0, [shown], {}) == 0
    assert _room("robot", 0, [shown], {"demo_0": shown.evidence.steps + 10}) == 0


def test_what_could_not_be_read_again_is_not_written(tmp_path):
    proposal = propose([made(LIFT)])
    first, *rest = proposal.subtasks["robot"]
    wrong = replace(first, fields={**first.fields, "subtask_term_offset_range": [-10, -13]})
    file = tmp_path / "task.yaml"
    file.write_text("mine")
    options = TaskInitOptions(input="demos.hdf5", output=str(file))
    with pytest.raises(DatasetError, match="makes no descriptor"):
        write_proposal(replace(proposal, subtasks={"robot": [wrong, *rest]}), options, "Some-Env-v0", True)
    assert file.read_text() == "mine" and list(tmp_path.iterdir()) == [file]
    write_proposal(proposal, options, "Some-Env-v0", True)
    assert read_descriptor(str(file)).env == "Some-Env-v0"


def test_times_are_not_counts_of_steps():
    at_half = propose([replace(made(LIFT), step_dt=0.025)]).subtasks["robot"]
    usual = propose([made(LIFT)]).subtasks["robot"]
    assert [each.fields["num_interpolation_steps"] for each in (usual[0], at_half[0])] == [5, 10]


def test_an_object_may_have_its_frame_at_its_bottom():
    mug = box_of((-0.04, -0.04, 0.0), (0.04, 0.04, 0.05), (1.0, 1.0, 2.0))
    assert mug == Box((0.04, 0.04, 0.05), (0.0, 0.0, 0.05))
    evidence = made(LIFT, {"mug": [0.4, 0.0, -0.11], "shelf": [0.4, 0.0, -0.17]})
    assert support(evidence, "cube", 0) == ""
    # The cube's lower side is at -0.005, the mug's upper one at -0.01.
    assert support(replace(evidence, boxes={"mug": mug}), "cube", 0) == "mug"


def test_demonstrations_that_differ_are_named():
    proposal = propose([made(LIFT), made(LIFT), replace(made(LEAVE), name="other")])
    assert list(proposal.others) == ["other"] and "leave cube" in proposal.others["other"]
    assert {each.sure for each in proposal.subtasks["robot"]} == {"likely"}
    assert {each.sure for each in propose([made(LIFT), made(LEAVE)]).subtasks["robot"]} == {"unsure"}
    assert "2 of 3 demonstrations" in format_seen(proposal, with_success=False)[0]


def test_a_hand_that_closes_on_nothing():
    beside = (0.4, 0.1, 0.02)
    missed = [(*beside, 0.04), (*beside, 0.0), (*beside, 0.0), (*ABOVE, 0.04)]
    with pytest.raises(DatasetError, match="no object moves"):
        propose([made(missed)])
    (note,) = propose([made([*missed, *LIFT])]).notes
    assert "nothing moves with it" in note


def test_names_of_end_effectors():
    assert eef_names(["arm_action panda_hand robot"], ["robot"]) == ["robot"]
    assert eef_names(["left_arm robot_left", "right_arm robot_right"], ["robot_left", "robot_right"]) == [
        "left",
        "right",
    ]
    assert eef_names(["upper robot", "lower robot"], ["robot", "robot"]) == ["upper", "lower"]
    hands = ["left_upper robot", "left_lower robot", "right robot"]
    assert eef_names(hands, ["robot"] * 3) == ["left_upper", "left_lower", "right"]
    assert eef_names(["robot", "robot second"], ["robot"] * 2) == ["robot", "robot_second"]


def test_what_attempts_say():
    none = (0, 0)
    subtasks = {
        "robot": [
            Subtask("grasp", "Take it", "", none, none, none, "cube"),
            Subtask(None, "", "", none, none, none, "bowl"),
        ]
    }
    won = AttemptOutcome(0, 0, True, 90, sources={"robot": [0, 0]}, retries=1)
    lost = AttemptOutcome(
        1, 1, False, 40, cause=FailureCause.NOT_GRASPED, subtask="robot/0", sources={"robot": [0]}, retries=1
    )
    lines, figures = verdict(subtasks, [won, won, lost])
    assert figures == {
        "robot/0": {"begun": 3, "failed": 1},
        "robot/1": {"begun": 2, "failed": 0},
    }
    assert lines[0] == "2 of 3 attempts succeeded (67%), 3 subtasks tried again" and "Take it: 2 of 3" in lines[1]
    assert "not grasped" in lines[2] and "try " in lines[2] and "grasp says" in lines[2]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ("init --input missing.hdf5 --output task.yaml", "missing.hdf5"),
        (f"init --input {SAMPLE} --output task.txt", "no YAML file"),
        (f"init --input {SAMPLE} --output there.yaml", "exists already"),
        (f"init --input {SAMPLE} --output a,b.yaml", "after a comma"),
        (f"init --input {SAMPLE} --output a.yaml@b.yaml", "an environment"),
        (f"init --input {SAMPLE} --output task.yaml --descriptor other.yaml", "--descriptor"),
        (f"init --input {SAMPLE} --output task.yaml --seed 2", "--seed"),
        (f"init --input {SAMPLE} --output task.yaml --episodes 12", "no demonstration is named"),
        ("check --input missing.hdf5", "missing.hdf5"),
        (f"check --input {SAMPLE} --attempts 0", "--attempts"),
        (f"check --input {SAMPLE} --output folder", "folder"),
    ],
)
def test_wrong_input_is_refused(arguments, what, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.yaml").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine").touch()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert cli.main(["task", *arguments.split()]) == 2
    said = capfd.readouterr().err.strip()
    assert what in said and len(said.splitlines()) <= 2
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
