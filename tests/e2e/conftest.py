# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Running the command line as a user does."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from desk import Desk, missing_tools
from waiting import LIMIT

HERE = Path(__file__).parent
# The tutorial's steps, and the pilot that flies in them.
for folder in ("tutorial", "sim"):
    sys.path.insert(0, str(HERE.parent / folder))


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """Environment variables with which a new process finds our packages."""
    import isaaclab_mimic_core

    path = [str(Path(isaaclab_mimic_core.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, path))}


@pytest.fixture
def desk(request, tmp_path) -> Iterator[Desk]:
    """A desk in the test's own folder, of the class that its module calls `DESK` if it does."""
    if missing := missing_tools():
        pytest.skip(f"{missing} not installed (Debian: xvfb xdotool)")
    desk = getattr(request.module, "DESK", Desk)(tmp_path)
    yield desk
    desk.close()


@pytest.fixture(scope="session")
def start_mimic(environment) -> Callable[..., subprocess.Popen]:
    """Starts `mimic` in a process of its own."""

    def start(*arguments: object) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "isaaclab_mimic_core", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )

    return start


@pytest.fixture(scope="module")
def mimic(environment) -> Iterator[Callable[..., SimpleNamespace]]:
    """Runs `mimic` and returns `code`, `out` and `err`; much faster than a new process each time."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "forking_cli.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )

    def run(*arguments: object) -> SimpleNamespace:
        process.stdin.write(json.dumps([str(argument) for argument in arguments]) + "\n")
        process.stdin.flush()
        return SimpleNamespace(**json.loads(process.stdout.readline()))

    yield run
    process.stdin.close()
    process.wait(LIMIT)
