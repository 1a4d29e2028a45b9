# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A process that starts an Isaac Sim of its own does so once, by Isaac Lab's launcher, and ends with its own status.

The launcher and the Kit kernel are real. Isaac Sim's package `isaacsim` is not to be had here: one stands in for it
whose `SimulationApp` starts the kernel alone and, as Isaac Sim's does, ends the process.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ISAACSIM = '''
import os, sys, types

STARTS = []


class SimulationApp:
    """Isaac Sim's, as far as Isaac Lab's launcher uses it."""

    def __init__(self, config, experience):
        STARTS.append((config, os.path.basename(experience), list(sys.argv)))
        from harness.kernel import load_kit_app

        self._app = load_kit_app()()
        folder = os.environ["KIT_FOLDER"]
        self._app.startup([os.path.join(folder, "app.kit"), "--allow-root", "--no-window", "--portable-root", folder,
                           "--/app/extensions/registryEnabled=0"])
        timeline = types.ModuleType("omni.timeline")
        stream = types.SimpleNamespace(create_subscription_to_pop_by_type=lambda kind, callback: None)
        timeline.get_timeline_interface = lambda: types.SimpleNamespace(get_timeline_event_stream=lambda: stream)
        timeline.TimelineEventType = types.SimpleNamespace(STOP=1, PLAY=2)
        sys.modules["omni.timeline"] = sys.modules["omni"].timeline = timeline

    def update(self):
        self._app.update()

    def close(self, exit_code=0):
        os._exit(exit_code)
'''

PROGRAM = """
import json, sys
sys.argv = ["mimic", "generate", "--num-envs", "4"]
from isaaclab_mimic_core.sim.launching import end_isaac_sim, start_isaac_sim
end_isaac_sim(7)  # nothing was started: returns
start_isaac_sim("cpu")
start_isaac_sim("cpu")
import carb.settings, isaacsim
from isaaclab.app.settings_manager import get_settings_manager
get_settings_manager().set("/isaaclab/probe", 5)
(config, experience, seen), = isaacsim.STARTS
print("TOLD", json.dumps({
    "headless": config["headless"], "experience": experience, "seen": seen, "argv": sys.argv,
    "backend": carb.settings.get_settings().get("/isaaclab/probe"),
    "gui": carb.settings.get_settings().get("/isaaclab/has_gui"),
}))
end_isaac_sim(3)
"""


@pytest.mark.kit
def test_isaac_sim_is_started_once_and_ends_with_our_status(tmp_path):
    package = tmp_path / "python_packages" / "isaacsim"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(ISAACSIM)
    (tmp_path / "app.kit").write_text('[package]\ntitle = "Empty"\nversion = "0.1.0"\n')
    search_path = [str(package.parent), str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, search_path)),
        "KIT_FOLDER": str(tmp_path),
        "EXP_PATH": str(tmp_path),
        "OMNI_KIT_ACCEPT_EULA": "YES",
    }
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert result.returncode == 3, (result.stdout + result.stderr)[-5000:]
    told = json.loads(result.stdout.partition("TOLD ")[2].splitlines()[0])
    # The launcher adds arguments for Kit to the program's own, which must not be among them.
    assert all(word == "mimic" or word.startswith("--/") for word in told.pop("seen"))
    assert told == {
        "headless": True,
        "experience": "isaaclab.python.headless.rendering.kit",
        "argv": ["mimic", "generate", "--num-envs", "4"],
        "backend": 5,
        "gui": False,
    }
