# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Real physics for the tests in this folder: opened once, for one simulation can live in a process at a time."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from warm import WarmPython

from isaaclab_mimic_core.events import StageFinished

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SAMPLE = ROOT / "data" / "franka_stack" / "demos.hdf5"
NUM_ENVS = 10

# What a benchmark measures, a test may demand.
sys.path.insert(0, str(ROOT / "benchmarks"))


@pytest.fixture(scope="session")
def stack_env() -> Iterator:
    """The three-cube stack with relative actions in `NUM_ENVS` environments; whoever uses it resets it."""
    from isaaclab_mimic_core.tasks import DEFAULT_TASK
    from isaaclab_mimic_core.tasks.open_env import open_env

    with open_env(DEFAULT_TASK, NUM_ENVS, device="cpu", assets="local") as env:
        yield env


def _run(stage) -> SimpleNamespace:
    """Run a stage to its end, and sort its events by kind."""
    events = []
    with stage:
        for event in stage:
            events.append(event)
    kinds: dict[str, list] = {}
    for event in events:
        kinds.setdefault(type(event).__name__, []).append(event)
    assert isinstance(events[-1], StageFinished)
    return SimpleNamespace(events=events, ending=events[-1], kinds=kinds)


@pytest.fixture(scope="session")
def run_stage() -> Callable[..., SimpleNamespace]:
    """Runs a stage to its end; returns `events`, `kinds` (events by kind) and `ending`."""
    return _run


@pytest.fixture(scope="session")
def annotated(stack_env, tmp_path_factory) -> SimpleNamespace:
    """The product's sample, annotated once: `path`, and `run` with the events."""
    from isaaclab_mimic_core.options import AnnotateOptions
    from isaaclab_mimic_core.stages.annotation.automatic import Annotate

    path = tmp_path_factory.mktemp("annotated") / "annotated.hdf5"
    run = _run(Annotate(AnnotateOptions(input=str(SAMPLE), output=str(path), num_envs=NUM_ENVS), stack_env))
    return SimpleNamespace(path=path, run=run)


@pytest.fixture(scope="session")
def lasting(stack_env) -> Callable[..., list[bool]]:
    """Says of each demonstration in a file whether the task stays fulfilled in its last state for a second."""

    def check(path) -> list[bool]:
        from isaaclab_mimic_core.options import ReplayOptions
        from isaaclab_mimic_core.stages.replay.replay import Replay

        run = _run(Replay(ReplayOptions(input=str(path), by="end"), stack_env))
        return [event.success for event in run.kinds["EpisodeReplayed"]]

    return check


@pytest.fixture(scope="session")
def warm_python() -> Iterator[WarmPython]:
    """What `start_python` forks from; for a whole session, for its own start takes ten seconds."""
    import isaaclab_mimic_core

    path = [str(Path(isaaclab_mimic_core.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    warm = WarmPython(os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, path))})
    yield warm
    warm.close()


@pytest.fixture(scope="module")
def start_python(warm_python) -> Iterator[Callable[..., subprocess.Popen]]:
    """Starts Python with our packages, and pipes for its words; whatever still runs at the end is killed."""
    running = []

    def start(*arguments: object) -> subprocess.Popen:
        running.append(warm_python.start(*map(str, arguments)))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.communicate()
