# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Child processes run the Python that has this process's packages, without settings of another Python."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import isaaclab_mimic_core
from isaaclab_mimic_core.errors import PlatformError
from isaaclab_mimic_core.interpreter import VARIABLE, child_environment, find_interpreter

OURS = str(Path(isaaclab_mimic_core.__file__).parents[1])


class TestFindInterpreter:
    def test_a_plain_python_is_itself(self, monkeypatch):
        monkeypatch.delenv(VARIABLE, raising=False)
        assert find_interpreter() == sys.executable
        assert find_interpreter(executable="/usr/bin/python3", program="/usr/bin/python3.12") == "/usr/bin/python3"

    def test_isaac_sim_has_a_script_above_kit(self, tmp_path, monkeypatch):
        monkeypatch.delenv(VARIABLE, raising=False)
        (tmp_path / "python.sh").touch()
        kit = str(tmp_path / "kit" / "kit")
        assert find_interpreter(executable=kit) == str(tmp_path / "python.sh")
        # Isaac Sim's Python takes for its program what the search path holds.
        assert find_interpreter(executable="/usr/bin/python3", program=kit) == str(tmp_path / "python.sh")

    def test_what_is_chosen_comes_first(self, tmp_path, monkeypatch):
        program = tmp_path / "mine"
        program.touch(mode=0o755)
        monkeypatch.setenv(VARIABLE, "/usr/bin/env")
        assert find_interpreter(str(program), executable="/usr/bin/python3") == str(program)
        assert find_interpreter(executable="/usr/bin/python3") == "/usr/bin/env"

    def test_nothing_found(self, tmp_path, monkeypatch):
        monkeypatch.delenv(VARIABLE, raising=False)
        with pytest.raises(PlatformError, match="no Python interpreter"):
            find_interpreter(executable=str(tmp_path / "kit" / "kit"))
        with pytest.raises(PlatformError, match="not a program"):
            find_interpreter(str(tmp_path / "missing"))


class TestChildEnvironment:
    KIT = {
        "PYTHONHOME": "/sim/kit/python",
        "PYTHONPATH": "/sim/python_packages:/users/me/packages:/sim/kit/kernel/py",
        "LD_LIBRARY_PATH": "/sim/kit/kernel/plugins:/opt/cuda/lib:/sim/kit",
        "LD_PRELOAD": "/sim/kit/libcarb.so /usr/lib/libjemalloc.so",
        "CARB_APP_PATH": "/sim/kit",
        "ISAAC_PATH": "/sim",
        "EXP_PATH": "/sim/apps",
        "HOME": "/users/me",
    }

    @pytest.mark.parametrize("python", ["/sim/python.sh", "/venv/bin/python", "/usr/bin/python3"])
    @pytest.mark.parametrize("executable", ["/sim/kit/kit", "/usr/bin/python3"])
    def test_another_python_inherits_nothing_of_kit(self, python, executable):
        assert child_environment(python, executable, "/sim/kit/kit", self.KIT) == {
            "PYTHONPATH": f"{OURS}:/users/me/packages",
            "LD_LIBRARY_PATH": "/opt/cuda/lib",
            "LD_PRELOAD": "/usr/lib/libjemalloc.so",
            "HOME": "/users/me",
        }

    def test_an_application_is_recognised_by_where_it_lies(self, tmp_path):
        (tmp_path / "python.sh").touch()
        inherited = {"PYTHONHOME": "/other", "LD_LIBRARY_PATH": f"{tmp_path}/extscache/x/bin:/opt/lib"}
        child = child_environment(
            str(tmp_path / "python.sh"), "/usr/bin/python3", str(tmp_path / "kit" / "kit"), inherited
        )
        assert child == {"LD_LIBRARY_PATH": "/opt/lib", "PYTHONPATH": OURS}

    def test_this_python_keeps_what_it_was_started_with(self):
        child = child_environment(*["/sim/kit/python/bin/python3"] * 3, self.KIT)
        assert child == self.KIT | {"PYTHONPATH": f"{OURS}:{self.KIT['PYTHONPATH']}"}

    def test_a_python_starts_that_would_not_with_kits_home(self, tmp_path):
        environment = os.environ | {"PYTHONHOME": str(tmp_path), "ISAAC_PATH": str(tmp_path)}
        command = [sys.executable, "-c", "import isaaclab_mimic_core; print(isaaclab_mimic_core.__file__)"]
        spoilt = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert spoilt.returncode and "encodings" in spoilt.stderr
        child = child_environment(sys.executable, program=str(tmp_path / "kit" / "kit"), environment=environment)
        assert Path(subprocess.check_output(command, env=child, text=True).strip()).is_relative_to(OURS)
