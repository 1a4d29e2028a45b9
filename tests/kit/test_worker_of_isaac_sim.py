# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A worker starts from a Kit that is laid out, and has set up its environment, as in a binary Isaac Sim.

There the running program is `kit/kit`, whose Python has a home of its own; the Python with the packages is started by
`python.sh`. Whatever the worker inherited of the first would break the second.
"""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from harness import in_kit
from harness.app import EXTS
from waiting import LONG

from isaaclab_mimic_core.interpreter import VARIABLE

BROKEN = ("libcrypto.so.3", "libssl.so.3", "libz.so.1")


def make_layout(root: Path) -> Path:
    """Lay an Isaac Sim out around this test's own Python; return the program `kit`."""
    python = Path(sys.executable)
    (root / "kit" / "python").mkdir(parents=True)
    (root / "kit" / "python" / "lib").symlink_to(Path(sys.base_prefix) / "lib")
    (root / "kit" / "kit").symlink_to(python.resolve())
    hiding = root / "python_packages" / "isaacsim"
    hiding.mkdir(parents=True)
    (hiding / "__init__.py").write_text("raise ImportError('the isaacsim of another Python')\n")
    script = root / "python.sh"
    script.write_text(f'#!/bin/sh\necho "Isaac Sim talks first"\nexec {python} "$@"\n')
    script.chmod(0o755)
    return root / "kit" / "kit"


@in_kit(enable=["isaaclab.mimic.core"])
def ask_worker(kit, layout):
    from isaaclab_mimic_core.events import StageFinished
    from isaaclab_mimic_core.remote.worker_client import WorkerClient

    assert Path(sys.executable) == layout / "kit" / "kit" and Path(sys.prefix) == layout / "kit" / "python"
    assert os.environ["CARB_APP_PATH"]
    # Only now, for this process has to do without what a real Isaac Sim would have in these places.
    libraries = layout / "kit" / "kernel" / "plugins"
    libraries.mkdir(parents=True)
    for name in BROKEN:
        (libraries / name).write_text("no library")
    os.environ["LD_LIBRARY_PATH"] = f"{libraries}:/opt/of_the_user"
    os.environ["PYTHONPATH"] = os.pathsep.join([str(layout / "python_packages"), os.environ["PYTHONPATH"]])

    worker = WorkerClient("telling_stage:TellingStage", {})
    events = []
    try:
        kit.pump_until(lambda: events.extend(worker.poll()) or worker.done, "the end", lambda: worker.last_stderr)
    finally:
        worker.close(2.0)
    assert isinstance(events[-1], StageFinished), (events, worker.last_stderr)
    assert "Isaac Sim talks first" in worker.last_stderr
    told = events[-1].summary
    # The virtual environment that python.sh starts, and its packages.
    assert told["prefix"] != sys.prefix and told["h5py"].startswith(told["prefix"])
    assert told["isaacsim"] is None, "a package of Kit's Python hides the importer"
    environment = told["environment"]
    assert "PYTHONHOME" not in environment and "CARB_APP_PATH" not in environment
    assert environment["LD_LIBRARY_PATH"] == "/opt/of_the_user"
    assert str(layout) not in environment["PYTHONPATH"]


@pytest.mark.kit
def test_a_worker_inherits_nothing_of_isaac_sims_python(tmp_path):
    layout = tmp_path / "isaac-sim"
    program = make_layout(layout)
    search_path = [Path(__file__).parent, EXTS / "isaaclab.mimic.core", sysconfig.get_path("purelib")]
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE} | {
        "PYTHONHOME": str(layout / "kit" / "python"),
        "PYTHONPATH": os.pathsep.join(map(str, search_path)),
        "ISAAC_PATH": str(layout),
        "OMNI_KIT_ACCEPT_EULA": "YES",
    }
    command = [program, "-m", "harness", __file__, ask_worker.__name__, layout]
    result = subprocess.run(
        list(map(str, command)), env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LONG
    )
    assert result.returncode == 0, (result.stdout + result.stderr)[-8000:]
