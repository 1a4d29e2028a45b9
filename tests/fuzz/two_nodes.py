# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Every verb with workers on a Ray cluster of two nodes, compared with one process.

    python tests/fuzz/two_nodes.py
    python tests/fuzz/two_nodes.py render lost-node

Both nodes are raylets of this machine, each with one worker. The second one lives in a mount namespace in which the
folder of inputs and outputs is empty, as on a machine without a shared folder: so inputs and pieces travel through Ray.
That takes root; otherwise it sees the folder. Environments are those without physics of `tests/unit/cluster`, in which
equal means bit by bit. At last `generate` loses the second node, whose raylet is killed, and makes the same with the
other.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.extend(str((Path(__file__).parent / each).resolve()) for each in ("../unit/cluster", "..", "../../benchmarks"))

import torch
from kill_workers import below, processes
from kinematic import KinematicStackEnv, write_annotated
from kinematic.share import kinematic_env
from reached import ReachEnv, register
from replayed import NUM_ENVS, write_recorded
from test_annotate_by_workers import SharedAnnotation, contents
from test_evaluate_by_workers import Shared as SharedEvaluation
from test_evaluate_by_workers import rollouts
from test_render_by_workers import Shared as SharedRender
from test_replay_by_workers import Shared as SharedReplay
from test_shared_generation import Shared as SharedGeneration
from test_shared_generation import by_attempt
from waiting import LIMIT, wait_until

from isaaclab_mimic_core import plugins
from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.events import EpisodeReplayed, Warned
from isaaclab_mimic_core.options import AnnotateOptions, EvaluateOptions, GenerateOptions, RenderOptions, ReplayOptions
from isaaclab_mimic_core.sample import SAMPLE
from isaaclab_mimic_core.stages.annotation.automatic import Annotate
from isaaclab_mimic_core.stages.drive import drive
from isaaclab_mimic_core.stages.generation.generate import Generate
from isaaclab_mimic_core.stages.learning.evaluate import Evaluate
from isaaclab_mimic_core.stages.replay.replay import Replay
from isaaclab_mimic_core.stages.stage import Stage

_FOLDERS = sys.path[-3:]
"""Where workers find their shares."""
RAY = str(Path(sys.executable).with_name("ray"))


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens at."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@contextmanager
def two_nodes(hidden: Path, temporary: Path) -> Iterator[tuple[str, int]]:
    """Run two raylets; yield the cluster's address, and the process that has started the second one.

    Args:
        hidden: Folder that the second one sees empty.
        temporary: Ray's folder.
    """
    from ray.util import get_node_ip_address

    port, agent = free_ports(2)
    address = f"{get_node_ip_address()}:{port}"
    common = ["--num-cpus=1", "--num-gpus=0", "--object-store-memory=100000000", "--disable-usage-stats", "--block"]
    head = [RAY, "start", "--head", f"--port={port}", "--include-dashboard=false"]
    # The one port of Ray that two nodes of a machine would share.
    second = [RAY, "start", f"--address={address}", f"--dashboard-agent-listen-port={agent}", *common]
    if os.geteuid() == 0:
        inside = f'mount -t tmpfs none "{hidden}" && exec "$@"'
        second = ["unshare", "--mount", "sh", "-c", inside, "sh", *second]
    nodes = []

    def start(command: list[str]) -> None:
        nodes.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    try:
        start([*head, f"--temp-dir={temporary}", *common])
        # Otherwise both would take this name.
        raylet = temporary / "session_latest" / "sockets" / "raylet"
        wait_until(raylet.exists, "the head of the cluster", limit=LIMIT)
        start(second)
        yield address, nodes[1].pid
    finally:
        for node in reversed(nodes):
            node.terminate()
        for node in nodes:
            node.wait(60)


def wait_for_both(address: str) -> None:
    """Join the cluster and wait until it has two nodes."""
    import ray

    def joined() -> bool:
        try:
            ray.init(address=address, log_to_driver=False)
        except Exception:
            # The head is there, its raylet not yet.
            return False
        return True

    wait_until(joined, "the cluster", meanwhile=lambda: time.sleep(1.0), limit=LIMIT)
    wait_until(lambda: len([each for each in ray.nodes() if each["Alive"]]) == 2, "two nodes", limit=LIMIT)


def run(stage: Stage) -> list:
    """Return a stage's events."""
    events: list = []
    drive(stage, events.extend)
    return events


def shared(kind: type, options: Any, address: str, seen: bool) -> tuple[list, str]:
    """Run a verb on both nodes; return its events, and what each of them has made."""
    made: dict[int, int] = {}
    travelled = 0

    class Counted(kind):
        def _receive(self, event: Any, told: Any) -> None:
            nonlocal travelled
            travelled += len(told.pieces) > 0
            made[told.worker.index] = made.get(told.worker.index, 0) + 1
            super()._receive(event, told)

    began = time.perf_counter()
    events = run(Counted(replace(options, workers="2", ray=address)))
    assert sorted(made) == [0, 1], f"both nodes have work, not {made}"
    assert seen or travelled, "the second node does not see the folder"
    return events, f"{made[0]} + {made[1]} pieces, {travelled} reports with pieces, {time.perf_counter() - began:.0f} s"


def generate(folder: Path, address: str, seen: bool) -> str:
    write_annotated(folder / "annotated.hdf5")
    given = {"fade_noise": False, "max_retries": 0, "num_envs": 4, "seed": 3, "num_demos": 40, "keep_failed": True}
    one = GenerateOptions(input=str(folder / "annotated.hdf5"), output=str(folder / "one.hdf5"), **given)
    run(Generate(one, kinematic_env(one)))
    two = replace(one, output=str(folder / "two.hdf5"))
    _, told = shared(SharedGeneration, two, address, seen)
    for suffix in ("", "_failed"):
        made, expected = (by_attempt(str(folder / f"{name}{suffix}.hdf5")) for name in ("two", "one"))
        assert made and all(made[number] == expected[number] for number in made)
    return told


def render(folder: Path, address: str, seen: bool) -> str:
    source = folder / "sample.hdf5"
    source.write_bytes(Path(SAMPLE).read_bytes())
    output = folder / "seen.hdf5"
    _, told = shared(SharedRender, RenderOptions(input=str(source), output=str(output)), address, seen)
    with DatasetReader(output) as reader:
        assert len(reader.episode_names) == 10
        for number, name in enumerate(reader.episode_names):
            assert (reader.read(name, ["obs/table_cam"]).data["obs/table_cam"] == number).all()
    return told


def annotate(folder: Path, address: str, seen: bool) -> str:
    write_recorded(folder / "recorded.hdf5")
    one = AnnotateOptions(input=str(folder / "recorded.hdf5"), output=str(folder / "marked.hdf5"), num_envs=2)
    run(Annotate(one, kinematic_env(one)))
    two = replace(one, output=str(folder / "marked-two.hdf5"))
    _, told = shared(SharedAnnotation, two, address, seen)
    for (attrs, arrays), (wanted, others) in zip(contents(Path(two.output)), contents(Path(one.output)), strict=True):
        assert attrs == wanted and arrays.keys() == others.keys()
        assert all((arrays[path] == others[path]).all() for path in arrays)
    return told


def replay(folder: Path, address: str, seen: bool) -> str:
    write_recorded(folder / "played.hdf5")
    one = ReplayOptions(input=str(folder / "played.hdf5"), num_envs=NUM_ENVS, rest=0.2)
    alone = run(Replay(one, KinematicStackEnv(NUM_ENVS)))
    together, told = shared(SharedReplay, one, address, True)
    verdicts = [[each for each in events if isinstance(each, EpisodeReplayed)] for events in (alone, together)]
    assert verdicts[0] and verdicts[0] == verdicts[1]
    return told


def evaluate(folder: Path, address: str, seen: bool) -> str:
    # Checkpoints do not travel.
    with tempfile.TemporaryDirectory() as visible:
        for name, speed in (("slow", 0.001), ("even", 0.03), ("fast", 0.04)):
            (Path(visible) / f"{name}.pth").write_text(f"reach {speed}")
        one = EvaluateOptions(
            checkpoints=tuple(f"{visible}/{name}.pth" for name in ("slow", "even", "fast")),
            num_rollouts=16,
            first_rollouts=8,
            num_envs=3,
            horizon=60,
            hold=3,
            learner="reach",
            output=str(folder / "measured"),
        )
        run(Evaluate(one, ReachEnv(3)))
        two = replace(one, output=str(folder / "measured-two"))
        _, told = shared(SharedEvaluation, two, address, True)
    assert rollouts(folder / "measured") == rollouts(folder / "measured-two")
    return told


def lose_node(folder: Path, address: str, node: int) -> str:
    """Generate, and kill the second node's raylet as soon as demonstrations of both are there."""
    write_annotated(folder / "annotated.hdf5")
    given = {"fade_noise": False, "max_retries": 0, "num_envs": 4, "seed": 5}
    # One process counts attempts as they end, and gets some more.
    one = GenerateOptions(
        input=str(folder / "annotated.hdf5"), output=str(folder / "whole.hdf5"), num_demos=68, **given
    )
    run(Generate(one, kinematic_env(one)))
    made: dict[int, int] = {}
    events: list = []

    class Losing(SharedGeneration):
        def _receive(self, event: Any, told: Any) -> None:
            made[told.worker.index] = made.get(told.worker.index, 0) + 1
            super()._receive(event, told)

    def kill() -> None:
        found = [pid for pid, command in below(node, processes()).items() if command.split(" ")[0].endswith("/raylet")]
        if len(made) == 2 and found:
            os.kill(found[0], signal.SIGKILL)

    two = replace(one, output=str(folder / "lost.hdf5"), num_demos=60, workers="2", ray=address)
    drive(Losing(two), events.extend, kill)
    lost = [event.message for event in events if isinstance(event, Warned) and "lost (" in event.message]
    assert lost, "the second node's worker is lost"
    after, expected = by_attempt(two.output), by_attempt(one.output)
    first = sorted(number for number in expected if number <= max(after))
    assert list(after) == first and all(after[number] == expected[number] for number in after)
    return f"{len(after)} demonstrations, {made} pieces of the workers; {lost[0]}"


VERBS: dict[str, Callable[[Path, str, bool], str]] = {
    "generate": generate,
    "render": render,
    "annotate": annotate,
    "replay": replay,
    "evaluate": evaluate,
}


LOST = "lost-node"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verbs", nargs="*", default=[*VERBS, LOST], help="by default all, and then a lost node")
    a = parser.parse_args()
    torch.set_num_threads(1)
    # Patience with a busy machine.
    os.environ |= {"RAY_raylet_start_wait_time_s": "300", "RAY_worker_register_timeout_seconds": "300"}
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (*_FOLDERS, os.environ.get("PYTHONPATH", ""))))
    plugins.load()
    register()
    import ray

    with (
        tempfile.TemporaryDirectory() as hidden,
        tempfile.TemporaryDirectory(prefix="ray-") as temporary,
        two_nodes(Path(hidden), Path(temporary)) as (address, second),
    ):
        wait_for_both(address)
        for verb in a.verbs:
            if verb == LOST:
                print(f"{LOST}: as one process; {lose_node(Path(hidden), address, second)}", flush=True)
                continue
            print(f"{verb}: as one process; {VERBS[verb](Path(hidden), address, os.geteuid() != 0)}", flush=True)
        ray.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
