# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Rollouts on real physics, and the evaluate, play and train stages around them."""

import json
from pathlib import Path
from types import SimpleNamespace

import h5py
import imageio_ffmpeg
import numpy as np
import pytest
import torch
from waiting import LONG, Clock

from isaaclab_mimic_core.errors import InputFileError, OptionError
from isaaclab_mimic_core.learning.api import PolicySpec
from isaaclab_mimic_core.learning.robomimic.config import build_config, read_config
from isaaclab_mimic_core.learning.robomimic.policy import BatchedPolicy
from isaaclab_mimic_core.learning.robomimic.trainer import Trainer
from isaaclab_mimic_core.learning.rollouts import Disturbance, Rollouts
from isaaclab_mimic_core.options import EvaluateOptions, PlayOptions, TrainOptions
from isaaclab_mimic_core.stages.learning import play as play_stage
from isaaclab_mimic_core.stages.learning.evaluate import Evaluate
from isaaclab_mimic_core.stages.learning.play import Play
from isaaclab_mimic_core.stages.learning.train import Train
from isaaclab_mimic_core.tasks.franka_stack.script import ScriptedStacker

pytestmark = pytest.mark.sim

HORIZON = 12


class Demonstrator:
    """The scripted demonstrator where a policy is expected; in some rollouts it lets the cubes be."""

    spec = PolicySpec({"eef_pos": (3,)}, 7)

    def __init__(self, env, idle: int):
        self._env, self._idle = env, idle
        self._script = ScriptedStacker(env, 4)
        self._begun = 0

    def begin(self, env_ids, num_envs):
        numbers = torch.arange(self._begun, self._begun + len(env_ids))
        if self._begun == 0:
            self._idles = torch.arange(num_envs) < self._idle
        self._begun += len(env_ids)
        self._script.begin(env_ids, numbers)

    def act(self, observations, streams):
        action = self._script.action()
        action[self._idles] = 0.0
        return action


@pytest.fixture(scope="module")
def checkpoints(annotated, tmp_path_factory) -> SimpleNamespace:
    """A run of three small policies of the sample's demonstrations, hardly trained."""
    folder = tmp_path_factory.mktemp("run")
    raw, where = read_config("upstream", "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0")
    raw["algo"]["rnn"]["hidden_dim"] = 16
    raw["experiment"]["epoch_every_n_steps"] = 5
    raw["train"] |= {"data": str(annotated.path), "batch_size": 20, "hdf5_normalize_obs": True, "num_epochs": 2}
    (folder / "config.json").write_text(json.dumps(raw))
    config = build_config(raw, where)
    config.lock()
    trainer = Trainer(config, "cpu", False, "float32")
    (folder / "models").mkdir()
    for epoch in (1, 2, 3):
        trainer.begin_epoch()
        while not trainer.advance(1.0):
            pass
        trainer.save_checkpoint(folder / "models" / f"model_epoch_{epoch}.pth")
    return SimpleNamespace(folder=folder, trainer=trainer, config=str(folder / "config.json"), data=str(annotated.path))


def run_all(rollouts: Rollouts) -> list:
    ended = []
    while not rollouts.done:
        ended += rollouts.step()
    return sorted(ended, key=lambda rollout: rollout.attempt)


def test_success_and_the_cause_of_failure(stack_env):
    """A demonstrator who knows the task succeeds; where nothing is done, nothing was grasped."""
    idle = 2
    rollouts = Rollouts(stack_env, Demonstrator(stack_env, idle), range(stack_env.num_envs), 9, 450, 15)
    ended = run_all(rollouts)
    assert [rollout.attempt for rollout in ended] == list(range(stack_env.num_envs))
    for rollout in ended[:idle]:
        assert not rollout.success and not rollout.ever and rollout.steps == 450
        assert (rollout.cause, rollout.subtask) == ("not_grasped", "franka/0")
    active = ended[idle:]
    assert sum(rollout.success for rollout in active) >= len(active) - 1
    for rollout in active:
        if rollout.success:
            assert rollout.ever and 150 < rollout.steps < 450 and not rollout.cause


def test_rollouts_are_the_same_whichever_environments_they_get(stack_env, checkpoints):
    """More rollouts than environments: each environment starts the next one on its own, in the state of its number."""
    trainer = checkpoints.trainer
    starts: dict[int, torch.Tensor] = {}

    class Noting(BatchedPolicy):
        def act(self, observations, streams):
            for env, stream in enumerate(streams.tolist()):
                starts.setdefault(stream, observations["object"][env].clone())
            return super().act(observations, streams)

    policy = Noting(trainer.model, trainer.config, trainer.normalisation, stack_env.device, "sample")
    # As evaluations make their rollouts; films make theirs with the same policy, but not in this mode.
    with torch.inference_mode():
        many = run_all(Rollouts(stack_env, policy, range(2 * stack_env.num_envs + 3), 9, HORIZON, 20))
    assert [rollout.attempt for rollout in many] == list(range(2 * stack_env.num_envs + 3))
    assert all(rollout.steps == HORIZON for rollout in many) and len(starts) == len(many)
    first = dict(starts)
    starts.clear()
    # Backwards, so that every number meets another environment.
    run_all(Rollouts(stack_env, policy, reversed(range(stack_env.num_envs)), 9, HORIZON, 20))
    assert len(starts) == stack_env.num_envs
    for stream, seen in starts.items():
        torch.testing.assert_close(seen, first[stream], atol=1e-5, rtol=0)


def test_disturbances_reach_the_policy_and_the_robot(stack_env):
    class Counting:
        spec = PolicySpec({"eef_pos": (3,)}, 7)

        def begin(self, env_ids, num_envs):
            self.count, self.seen = 0, []

        def act(self, observations, streams):
            self.count += 1
            self.seen.append(observations["eef_pos"].clone())
            return torch.full((stack_env.num_envs, 7), 0.001 * self.count)

    policy = Counting()
    rollouts = Rollouts(stack_env, policy, range(10), 9, HORIZON, 20, Disturbance(0.01, action_delay=2))
    sent = []
    for _ in range(6):
        clean = stack_env.observations()["eef_pos"].clone()
        rollouts.step()
        sent.append(float(stack_env.env.action_manager.action[0, 0]))
        assert 0.002 < (policy.seen[-1] - clean).std() < 0.03
    torch.testing.assert_close(torch.tensor(sent), 0.001 * torch.tensor([1.0, 1, 1, 2, 3, 4]))


def evaluation(checkpoints, output, **changes) -> EvaluateOptions:
    given = {"num_rollouts": 24, "first_rollouts": 12, "horizon": HORIZON, "num_envs": 10, "seed": 5}
    return EvaluateOptions(checkpoints=(str(checkpoints.folder),), output=str(output), **{**given, **changes})


def results(path) -> dict:
    found = {}
    for line in (path / "rollouts.jsonl").read_text().splitlines():
        line = json.loads(line)
        found[line["checkpoint"], line["number"]] = (line["success"], line["ever"], line["steps"], line["cause"])
    return found


def test_a_sweep_finds_a_best_and_goes_on_after_a_kill(stack_env, checkpoints, run_stage, tmp_path):
    whole = run_stage(Evaluate(evaluation(checkpoints, tmp_path / "whole"), stack_env))
    assert whole.ending.outcome == "done" and len(whole.kinds["PolicyEvaluated"]) >= 4
    best = whole.ending.summary["best"]
    assert (checkpoints.folder / "best.pth").read_bytes() == Path(best).read_bytes()
    report = json.loads((tmp_path / "whole" / "evaluation.json").read_text())
    assert report["best"] == best and min(r["rollouts"] for r in report["results"]) == 12
    assert report["results"][0]["rollouts"] == 24 and "not_grasped" in (tmp_path / "whole/evaluation.md").read_text()
    assert (tmp_path / "whole" / "evaluation.png").stat().st_size > 5000

    cut = Evaluate(evaluation(checkpoints, tmp_path / "cut"), stack_env)
    for event in cut:
        if type(event).__name__ == "PolicyEvaluated":
            break
    cut.close()
    with (tmp_path / "cut" / "rollouts.jsonl").open("a") as file:
        file.write('{"checkpoint": "models/mod')
    again = run_stage(Evaluate(evaluation(checkpoints, tmp_path / "cut", resume=True), stack_env))
    assert again.ending.summary["best"] == best
    assert results(tmp_path / "cut") == results(tmp_path / "whole")
    before = len(again.kinds["AttemptFinished"])
    assert before == len(whole.kinds["AttemptFinished"]) - 12


def test_who_watches_is_told_where_a_rollout_ends(stack_env, checkpoints, tmp_path):
    """Two policies, the same two rollouts each: an environment that gets one of each shows two."""
    paths = tuple(str(checkpoints.folder / "models" / f"model_epoch_{epoch}.pth") for epoch in (1, 2))
    options = PlayOptions(checkpoints=paths, num_rollouts=2, first_rollouts=2, num_envs=10, horizon=8, viz="none")
    seen = []
    with Play(options, stack_env) as stage:
        stage.request("watch", env=1)
        ended = 0
        while ended < 4:
            ended += sum(type(event).__name__ == "AttemptFinished" for event in stage.step())
            watched = stage.snapshot().get("watched", {})
            if "attempt" in watched:
                seen.append(watched["attempt"])
    assert len(set(seen)) == 2 and seen == sorted(seen)


def test_a_policy_of_another_task_is_refused_before_the_first_step(stack_env, annotated, checkpoints, tmp_path):
    """Action width, a term that the task lacks and one of another width: all said at once, nothing is stepped."""
    path = tmp_path / "other.hdf5"
    path.write_bytes(Path(annotated.path).read_bytes())
    with h5py.File(path, "r+") as file:
        for demo in file["data"].values():
            actions, thing = demo["actions"][()], demo["obs/object"][()]
            for key in ("actions", "obs/object"):
                del demo[key]
            demo["actions"] = np.pad(actions, ((0, 0), (0, 1)))
            demo["obs/object"] = np.pad(thing, ((0, 0), (0, 3)))
            demo["obs/force"] = np.zeros((len(actions), 3), np.float32)
    raw = json.loads(Path(checkpoints.config).read_text())
    raw["train"]["data"] = str(path)
    raw["observation"]["modalities"]["obs"]["low_dim"].append("force")
    config = build_config(raw, "test")
    config.lock()
    other = tmp_path / "other.pth"
    Trainer(config, "cpu", False, "float32").save_checkpoint(other)

    before = stack_env.env.common_step_counter
    options = PlayOptions(checkpoints=(str(other),), num_rollouts=1, num_envs=10, viz="none")
    with Play(options, stack_env) as stage, pytest.raises(InputFileError) as caught:
        list(stage)
    task = "Isaac-Stack-Cube-Franka-IK-Rel-Mimic-v0"
    assert caught.value.what == "; ".join(
        [
            f"sees 'force', which {task} does not observe",
            f"sees 'object' of 42 numbers, where {task} has 39 numbers",
            f"puts out actions of 8 numbers, where {task} takes 7",
        ]
    )
    assert caught.value.where == str(other) and stack_env.env.common_step_counter == before

    with Play(options) as stage, pytest.raises(InputFileError) as caught:
        list(stage)
    assert caught.value.what == f"sees 'force', which {task} does not observe", "names are known before the scene is"
    assert stage.snapshot()["phase"] == "Opening the simulation: Preparing the scene"


def test_play_writes_nothing(stack_env, checkpoints, run_stage, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = str(checkpoints.folder / "models" / "model_epoch_1.pth")
    options = PlayOptions(checkpoints=(path,), num_rollouts=3, num_envs=10, horizon=HORIZON, viz="none")
    run = run_stage(Play(options, stack_env))
    assert len(run.kinds["AttemptFinished"]) == 3 and not list(tmp_path.iterdir())


def test_play_keeps_real_time_for_whoever_looks_on(stack_env, checkpoints, monkeypatch):
    clock = Clock(play_stage, monkeypatch)
    path = str(checkpoints.folder / "models" / "model_epoch_1.pth")
    options = PlayOptions(checkpoints=(path,), num_rollouts=3, num_envs=10, horizon=HORIZON, viz="none")
    with Play(options, stack_env) as stage:
        for _ in range(4):
            stage.step()
        assert stage.due == 0.0, "nobody waits"
        stage.request("watch", env=0)
        clock.now += 1.0
        stage.step()
        assert stage.due == clock.now + stack_env.step_dt
        stage.request("watch", env=-1)
        assert stage.due == 0.0


def test_the_best_policy_is_kept_by_success_while_training(stack_env, checkpoints, run_stage, tmp_path):
    options = TrainOptions(
        dataset=checkpoints.data,
        config=checkpoints.config,
        output=str(tmp_path / "run"),
        device="cpu",
        epochs=3,
        eval_every=2,
        eval_rollouts=10,
        horizon=HORIZON,
    )
    run = run_stage(Train(options, stack_env))
    assert len(run.kinds["PolicyEvaluated"]) == 2 and len(run.kinds["EpochFinished"]) == 3
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert [(entry["kind"], entry["epoch"]) for entry in log] == [
        ("epoch", 1),
        ("epoch", 2),
        ("evaluation", 2),
        ("epoch", 3),
        ("evaluation", 3),
    ]
    # None succeeds so early: of equals the later one is kept.
    last = torch.load(tmp_path / "run" / "models" / "model_epoch_3.pth", weights_only=True)["model"]
    best = torch.load(tmp_path / "run" / "best.pth", weights_only=True)["model"]
    assert all(torch.equal(best[name], last[name]) for name in last)


def test_perturbations_change_the_world(start_python):
    """A cube weighs 0.1 kg and is 40.6 mm long, cubes lie within 0.2 m by 0.2 m, the arm's stiffness is 400."""
    process = start_python(Path(__file__).parent / "perturbed.py")
    _, err = process.communicate(timeout=LONG)
    said = json.loads(next(line for line in reversed(err.splitlines()) if line.startswith("{")))
    assert said["mass"] == pytest.approx(0.2 * 1.05**3) and said["size"] == pytest.approx([0.04263] * 3)
    assert said["heights"] == pytest.approx([0.021315] * len(said["heights"])), "they stand on the table"
    assert said["friction"] == 0.3 and said["stiffness"] == pytest.approx(320)
    assert all(0.2 < span <= 0.25 for span in said["span"])


def frames_of(path: Path) -> np.ndarray:
    """Return a film as (T, height, width, 3) uint8."""
    video = imageio_ffmpeg.read_frames(str(path))
    width, height = next(video)["size"]
    return np.stack([np.frombuffer(frame, np.uint8).reshape(height, width, 3) for frame in video])


def test_a_sweep_that_is_killed_makes_no_finished_rollout_again_and_is_filmed(checkpoints, start_python, tmp_path):
    output = tmp_path / "evaluation"
    command = ("-m", "isaaclab_mimic_core", "evaluate", "--checkpoints", checkpoints.folder, "--output", output)
    command += ("--num-rollouts", 8, "--first-rollouts", 4, "--num-envs", 4, "--horizon", HORIZON)
    command += ("--device", "cpu", "--assets", "local", "--json")
    process = start_python(*command)
    for line in process.stdout:
        if json.loads(line)["event"] == "PolicyEvaluated":
            break
    process.kill()
    process.communicate()
    before = (output / "rollouts.jsonl").read_text()
    assert before.count("\n") >= 4 and not (output / "evaluation.json").exists()

    process = start_python(*command, "--resume", "--video", 2)
    out, err = process.communicate(timeout=LONG)
    assert process.returncode == 0, err
    after = (output / "rollouts.jsonl").read_text()
    whole = before[: before.rfind("\n") + 1]
    assert after.startswith(whole)
    made = [(line["checkpoint"], line["number"]) for line in map(json.loads, after.splitlines())]
    assert len(made) == len(set(made)), "each rollout once"
    again = [event for event in map(json.loads, out.splitlines()) if event["event"] == "AttemptFinished"]
    assert len(again) == len(made) - whole.count("\n")
    # All of the first round, and twice as many of the better half.
    counts = sorted(sum(name == checkpoint for checkpoint, _ in made) for name in {name for name, _ in made})
    assert counts[0] == 4 and counts[-1] == 8 and len(counts) == 3
    assert len(json.loads((output / "evaluation.json").read_text())["results"]) == 3
    # Two rollouts of every checkpoint side by side, drawn from what was simulated.
    films = [frames_of(output / f"model_epoch_{epoch}.mp4") for epoch in (1, 2, 3)]
    for film in films:
        assert film.shape == (HORIZON, 240, 640, 3)
        colours = film[0].reshape(-1, 3).astype(int)
        for channel in range(3):
            others = colours[:, [other for other in range(3) if other != channel]].max(axis=1)
            assert (colours[:, channel] > others + 50).sum() > 100, "a cube of each colour is seen"
        assert np.abs(film[1].astype(int) - film[-2]).max() > 60, "the robot moves"
        # At their horizon both have failed: a red border.
        assert film[-1][2, 100, 0] > 150 > film[-1][2, 100, 1] and film[-1][2, 500, 0] > 150
    assert np.abs(films[0][-2].astype(int) - films[2][-2]).max() > 60, "each policy moves in its own way"
    assert not list(output.glob(".*.mp4"))


def test_playing_makes_no_film(checkpoints, stack_env):
    with pytest.raises(OptionError, match="--video: playing writes no files"):
        Play(PlayOptions(checkpoints=(str(checkpoints.folder),), video=2))
    with pytest.raises(OptionError, match="--video: more rollouts side by side than environments"):
        Evaluate(EvaluateOptions(checkpoints=(str(checkpoints.folder),), video=stack_env.num_envs + 1), stack_env)
