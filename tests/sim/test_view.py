# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The view stage: real physics, watched in a browser on this machine only."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from waiting import LIMIT, Clock

from isaaclab_mimic_core.errors import MimicError, OptionError
from isaaclab_mimic_core.sim.visualizers import HOST_VARIABLE, LiveView, check_visualizer, find_free_port
from isaaclab_mimic_core.stages import view as view_stage
from isaaclab_mimic_core.stages.view import View, ViewOptions

CORE = Path(__file__).parents[2] / "exts" / "isaaclab.mimic.core"
LISTENING = "0A"


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"actions": "wild"}, "--actions"),
        ({"num_steps": -1}, "--num-steps"),
        ({"num_envs": 0}, "--num-envs"),
        ({"viz": "cinema"}, "--viz"),
        ({"viz": "kit"}, "--viz kit"),
        ({"viz": "newton"}, "--viz newton"),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_opens(options, where, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(MimicError) as error:
        View(ViewOptions(**options))
    assert error.value.where == where


def test_the_browser_view_needs_viser(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MimicError, match="viser is not installed"):
        check_visualizer("viser")


def test_a_taken_port_is_passed_over():
    first = find_free_port("127.0.0.1")
    with socket.create_server(("127.0.0.1", first)):
        assert find_free_port("127.0.0.1") > first


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_an_address_of_another_machine_is_refused(host, monkeypatch):
    pytest.importorskip("viser")
    monkeypatch.setenv(HOST_VARIABLE, host)
    with pytest.raises(OptionError, match=HOST_VARIABLE):
        check_visualizer("viser")


class Visualizer:
    """One that has nothing but Isaac Lab's two buttons, and can be closed."""

    class cfg:
        visualizer_type = "newton_gl"

    def __init__(self):
        self.paused = self.reset = False
        self.open = True

    def is_training_paused(self):
        return self.paused

    def consume_reset_request(self):
        self.reset, was = False, self.reset
        return was

    def is_running(self):
        return self.open


class Simulation:
    def __init__(self, *open_visualizers: Visualizer):
        self.visualizers = list(open_visualizers)
        self.drawn = 0

    def render(self):
        self.drawn += 1


class Envs:
    """What the stage asks of environments; they only take notes."""

    num_envs, device, action_dim, step_dt = 2, torch.device("cpu"), 7, 0.05
    cfg = SimpleNamespace()

    def __init__(self, *open_visualizers: Visualizer):
        self.env = SimpleNamespace(sim=Simulation(*open_visualizers), max_episode_length=4)
        self.live = LiveView(self.env)
        self.actions: list[torch.Tensor] = []
        self.keys: list[torch.Tensor] = []

    def step(self, action):
        self.actions.append(action)

    def reset(self, env_ids, keys):
        self.keys.append(keys)


def stepping(envs: Envs, **options) -> View:
    """Return a view that has begun."""
    view = View(ViewOptions(num_envs=2, viz="none", **options), env=envs)
    view.step()
    view.step()
    return view


def test_the_views_buttons_answer_to_the_stage_alone():
    visualizer = Visualizer()
    live = LiveView(SimpleNamespace(sim=Simulation(visualizer)))
    visualizer.paused = visualizer.reset = True
    # Isaac Lab would block in a step, and reset without being asked.
    assert not visualizer.is_training_paused() and not visualizer.consume_reset_request()
    assert live.paused
    assert live.take_reset() and not live.take_reset()


def test_without_a_visualizer_there_is_nothing_to_answer_to():
    live = LiveView(SimpleNamespace(sim=Simulation()))
    live.refresh()
    assert (live.url, live.closed, live.paused, live.take_reset()) == (None, False, False, False)


@pytest.mark.parametrize("by_button", [True, False])
def test_at_rest_it_draws_but_does_not_step(by_button):
    envs = Envs(visualizer := Visualizer())
    view = stepping(envs)
    view.step()
    if by_button:
        visualizer.paused = True
    else:
        view.request("pause")
    now = time.monotonic()
    assert view.paused and view.due > now
    view.step()
    assert (len(envs.actions), envs.env.sim.drawn) == (1, 1)
    # A stop is not held up by a button that is down.
    view.request("stop")
    (ending,) = view.step()
    assert ending.outcome == "stopped" and view.done


def test_goes_on_in_real_time_and_does_not_catch_up(monkeypatch):
    clock = Clock(view_stage, monkeypatch)
    view = stepping(Envs(Visualizer()))
    view.step()
    first = view.due
    # Somebody has kept it from stepping for a while.
    clock.now = first + 0.2
    view.step()
    assert clock.now - 0.05 < view.due <= clock.now + 0.05
    view.step()
    assert view.due > clock.now + 0.02


def test_a_closed_window_ends_it():
    envs = Envs(visualizer := Visualizer())
    view = stepping(envs)
    visualizer.open = False
    (ending,) = view.step()
    assert ending.outcome == "stopped"


def test_each_episode_begins_elsewhere():
    envs = Envs(visualizer := Visualizer())
    view = stepping(envs)
    for _ in range(9):
        view.step()
    # At the start, and after steps 4 and 8.
    assert len(envs.keys) == 3
    visualizer.reset = True
    view.step()
    assert len(torch.cat(envs.keys).unique()) == 8


def test_zero_actions_are_zero():
    list(stepping(envs := Envs(), num_steps=3))
    assert torch.equal(torch.stack(envs.actions), torch.zeros(3, 2, 7))


def test_random_actions_fill_the_range_and_follow_the_seed():
    runs = []
    for seed in (1, 1, 2):
        list(stepping(envs := Envs(), actions="random", num_steps=200, seed=seed))
        runs.append(torch.stack(envs.actions))
    assert torch.equal(runs[0], runs[1]) and not torch.equal(runs[0], runs[2])
    assert runs[0].min() >= -1 and runs[0].max() <= 1
    assert abs(runs[0].mean()) < 0.05 and abs(runs[0].std() - 1 / 3**0.5) < 0.02


class Worker:
    """A view in a worker process, so that its sockets are its own."""

    def __init__(self, folder: Path, **options):
        self._log = folder / "worker.log"
        # Not in the test's environment: the view must be private without being told.
        environment = {name: value for name, value in os.environ.items() if name != HOST_VARIABLE}
        with open(self._log, "w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "isaaclab_mimic_core.remote.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**environment, "PYTHONPATH": os.pathsep.join([str(CORE), os.environ.get("PYTHONPATH", "")])},
            )
        self.snapshot: dict = {}
        self.send({"stage": "view", "options": options})

    def send(self, message: dict) -> None:
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def until(self, kind: str) -> dict:
        """Read on to the next event of a kind (or to the next snapshot)."""
        for line in self.process.stdout:
            message = json.loads(line)
            self.snapshot = message.get("snapshot", self.snapshot)
            if kind in (message.get("event"), *message):
                return message
            assert message.get("event") != "StageFailed", message
        raise AssertionError(f"the worker ended without {kind}: {self.log()}")

    def listening(self) -> dict[int, str]:
        """Return the ports that this process listens on, each with the address it does so at, from /proc."""
        inodes = set()
        for descriptor in Path(f"/proc/{self.process.pid}/fd").iterdir():
            try:
                target = os.readlink(descriptor)
            except OSError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
        found = {}
        for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
            for line in Path(f"/proc/{self.process.pid}/net/{table}").read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == LISTENING and fields[9] in inodes:
                    address, port = fields[1].split(":")
                    # Words of four bytes in the machine's own order, which is little-endian here.
                    words = [bytes.fromhex(address[at : at + 8])[::-1] for at in range(0, len(address), 8)]
                    found[int(port, 16)] = socket.inet_ntop(family, b"".join(words))
        return found

    def log(self) -> str:
        return self._log.read_text()[-2000:]

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


@pytest.fixture
def worker(tmp_path):
    started = []

    def start(**options) -> Worker:
        started.append(Worker(tmp_path, **options))
        return started[-1]

    yield start
    for worker in started:
        worker.close()


@pytest.mark.sim
def test_a_view_in_the_browser_is_served_to_this_machine_only(worker):
    pytest.importorskip("viser")
    # The first port is taken, so the view has to move on to another one and to say so.
    port = find_free_port("127.0.0.1")
    with socket.create_server(("127.0.0.1", port)):
        view = worker(num_envs=2, actions="random", assets="local", device="cpu")
        while "Watch at" not in (told := view.until("Warned")["message"]):
            pass
        view.until("snapshot")
        while view.snapshot["steps"] < 5:
            view.until("snapshot")
        url = view.snapshot["url"]
        assert url.startswith("http://127.0.0.1:") and url in told
        shown = int(url.rpartition(":")[2])
        assert shown > port
        listening = view.listening()
        assert shown in listening
        assert set(listening.values()) == {"127.0.0.1"}
        assert b"<html" in urllib.request.urlopen(url, timeout=LIMIT).read(2000).lower()

        # At rest nothing is simulated, and afterwards nothing is caught up.
        view.send({"request": "pause"})
        # Requests are answered in their order: this one, which nobody understands, after the pause.
        view.send({"request": "dance"})
        while "Request ignored" not in view.until("Warned")["message"]:
            pass
        view.until("snapshot")
        steps = view.snapshot["steps"]
        for _ in range(5):
            view.until("snapshot")
        assert view.snapshot["steps"] == steps
        view.send({"request": "resume"})
        while view.snapshot["steps"] < steps + 10:
            view.until("snapshot")
        # Real time at a step of 0.05 s, never faster; a busy machine may be slower.
        assert 0 < view.snapshot["steps_per_second"] < 25

        view.send({"request": "stop"})
        ending = view.until("StageFinished")
        assert ending["outcome"] == "stopped"
        assert ending["summary"]["steps"] == view.snapshot["steps"]
        assert view.process.wait(LIMIT) == 0


@pytest.mark.sim
def test_a_number_of_steps_without_a_view(worker):
    view = worker(num_envs=1, viz="none", num_steps=12, assets="local", device="cpu")
    ending = view.until("StageFinished")
    assert (ending["outcome"], ending["summary"]["steps"]) == ("done", 12)
    assert view.snapshot["url"] is None
    assert view.process.wait(LIMIT) == 0
