# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""mimic.sh on machines that lack something, and its bookkeeping. The package index is played by a stand-in for uv."""

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import LIMIT, wait_until

ROOT = Path(__file__).parents[2]
SYSTEM_COMMANDS = ["bash", "dirname", "readlink", "sha256sum", "uname", "getconf", "sort", "flock", "id", "ls", "env"]

UV = """#!{python}
# Stands in for uv: writes down how it is called; an installation is a package that shows how it was started.
import os, pathlib, sys, time
words = sys.argv[1:]
if words[0] == "--version" or words[:2] == ["python", "find"]:
    sys.exit(words[0] != "--version")
here = pathlib.Path(__file__).parent
with open(here / "uv.log", "a") as log:
    log.write(" ".join(words) + "\\n")
print("uv talks")
while (here / "slow").exists():
    time.sleep(0.02)
if (here / "broken").exists():
    sys.exit(1)
venv = pathlib.Path(words[words.index("--python") + 1]).parents[1]
for module in ("isaaclab_mimic_core", "pytest"):
    package = venv / "lib/python3.12/site-packages" / module
    package.mkdir(exist_ok=True)
    (package / "__main__.py").write_text(
        "import os, sys; print(os.path.basename(os.path.dirname(__file__)), *sys.argv[1:], 'in', os.getcwd());"
        "print(sys.path[0]); sys.exit(int(os.environ.get('STATUS', 0)))"
    )
"""


class Machine:
    """A checkout of the launcher on a machine that has just the commands put on its PATH."""

    def __init__(self, folder: Path):
        self.checkout = folder / "checkout with space"
        self.bin = folder / "bin"
        self.away = folder / "away"
        for made in (self.checkout, self.bin, self.away):
            made.mkdir()
        for name in ("mimic.sh", "pyproject.toml"):
            shutil.copy(ROOT / name, self.checkout)
        for name in SYSTEM_COMMANDS:
            (self.bin / name).symlink_to(shutil.which(name))
        self.log = self.bin / "uv.log"

    def command(self, name: str, script: str) -> None:
        (self.bin / name).unlink(missing_ok=True)
        (self.bin / name).write_text(script)
        (self.bin / name).chmod(0o755)

    def add_python(self) -> None:
        (self.bin / "python3.12").symlink_to(Path(sys.base_prefix) / "bin" / "python3.12")

    def add_uv(self) -> None:
        self.command("uv", UV.format(python=sys.executable))

    def start(self, *words: str, **environment: str) -> subprocess.Popen:
        return subprocess.Popen(
            [self.checkout / "mimic.sh", *words],
            cwd=self.away,
            env={"PATH": str(self.bin), "HOME": str(self.away), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess:
        process = self.start(*words, **environment)
        out, err = process.communicate(timeout=LIMIT)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def installations(self) -> list[str]:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line for line in lines if "--editable" in line]


@pytest.fixture
def bare(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def machine(bare: Machine) -> Machine:
    bare.add_python()
    bare.add_uv()
    return bare


def assert_refused(machine: Machine, result: subprocess.CompletedProcess, *words: str) -> None:
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("mimic.sh: ") and result.stderr.count("\n") == 1, result.stderr
    for word in words:
        assert word in result.stderr
    assert not (machine.checkout / ".venv").exists()


def test_no_python_is_one_line(bare: Machine):
    assert_refused(bare, bare.run("quickstart"), "Python 3.12", "MIMIC_PYTHON")


def test_python_of_another_version_is_not_taken(bare: Machine):
    bare.command("python3", "#!/bin/sh\nexit 1\n")
    assert_refused(bare, bare.run("quickstart"), "Python 3.12")


def test_wrong_mimic_python_is_one_line(machine: Machine):
    assert_refused(machine, machine.run("quickstart", MIMIC_PYTHON="/bin/false"), "MIMIC_PYTHON=/bin/false")


@pytest.mark.parametrize("system", ["Darwin arm64", "Linux aarch64"])
def test_unsupported_machine_is_one_line(machine: Machine, system: str):
    machine.command("uname", f"#!/bin/sh\necho {system}\n")
    assert_refused(machine, machine.run("quickstart"), "Linux x86_64", system)


@pytest.mark.parametrize(
    ("answer", "named"), [("echo glibc 2.31", "glibc 2.31"), ("exit 1", "another C library")], ids=["old", "musl"]
)
def test_unsupported_c_library_is_one_line(machine: Machine, answer: str, named: str):
    machine.command("getconf", f"#!/bin/sh\n{answer}\n")
    assert_refused(machine, machine.run("quickstart"), "2.35", named)


@pytest.mark.parametrize("version", ["2.35", "2.100"])
def test_newer_c_library_is_accepted(machine: Machine, version: str):
    machine.command("getconf", f"#!/bin/sh\necho glibc {version}\n")
    assert machine.run("setup").returncode == 0


def test_unknown_extra_is_one_line(machine: Machine):
    assert_refused(machine, machine.run("setup", "nonsense"), "nonsense", "learning")


def test_help_installs_nothing(bare: Machine):
    result = bare.run("--help")
    assert result.returncode == 0
    assert "setup" in result.stdout
    assert not (bare.checkout / ".venv").exists()


def test_python_is_found_among_pyenvs_versions(bare: Machine):
    bare.add_uv()
    versions = bare.away / ".pyenv" / "versions" / "3.12.99" / "bin"
    versions.mkdir(parents=True)
    (versions / "python3.12").symlink_to(Path(sys.base_prefix) / "bin" / "python3.12")
    assert bare.run("setup").returncode == 0


def test_words_folder_and_status_are_passed_on(machine: Machine):
    (machine.away / "json.py").write_text("raise SystemError('the folder of the caller is not for importing')")
    result = machine.run("generate", "--input", "a file.hdf5", STATUS="3")
    lines = result.stdout.splitlines()
    assert lines[0] == f"isaaclab_mimic_core generate --input a file.hdf5 in {machine.away}"
    assert Path(lines[1]) != machine.away
    assert result.returncode == 3


def test_every_verb_reaches_the_command(machine: Machine):
    from isaaclab_mimic_core.cli import VERBS

    words = re.search(r"^case \$\{1:-\} in\n(.*?)^esac$", (ROOT / "mimic.sh").read_text(), re.MULTILINE | re.DOTALL)
    assert words
    own = {word for line in re.findall(r"^    ([^ ].*)\)$", words[1], re.MULTILINE) for word in line.split(" | ")}
    assert {"setup", "lint", "test"} <= own and not own & set(VERBS)
    result = machine.run("check", "demos.hdf5", STATUS="1")
    assert result.stdout.startswith("isaaclab_mimic_core check demos.hdf5 in ") and result.returncode == 1


def test_first_start_keeps_standard_output_clean(machine: Machine):
    result = machine.run("doctor", "--json")
    assert "uv talks" in result.stderr
    assert len(result.stdout.splitlines()) == 2, result.stdout


def worked_by_children() -> float:
    """Return the processor time of the processes that have been waited for [s]."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def test_second_start_is_quick_and_installs_nothing(machine: Machine):
    machine.run("doctor")
    assert len(machine.installations()) == 1
    before = worked_by_children()
    result = machine.run("doctor")
    assert worked_by_children() - before < 2.0  # Python's own start is part of it
    assert result.stderr == ""
    assert len(machine.installations()) == 1


def test_what_python_compiles_is_kept_in_the_environment(machine: Machine):
    kept = machine.checkout / ".venv" / "pycache"
    machine.run("doctor")
    assert not kept.exists()
    machine.run("doctor", PYTHONDONTWRITEBYTECODE="1")
    assert list(kept.rglob("*.pyc"))
    assert not list(machine.checkout.glob("*/__pycache__"))
    elsewhere = machine.away / "elsewhere"
    machine.run("doctor", PYTHONDONTWRITEBYTECODE="1", PYTHONPYCACHEPREFIX=str(elsewhere))
    assert list(elsewhere.rglob("*.pyc"))


def test_installs_pinned_set_and_robot_description(machine: Machine):
    machine.run("setup")
    editable, description = machine.log.read_text().splitlines()
    assert editable.endswith("--editable .[ui,ui]")
    assert "--no-deps --target" in description and description.split()[-1].startswith("isaacsim-asset==")


def test_what_is_there_is_installed_anew_when_uv_is_told_how(machine: Machine):
    for _ in range(2):
        machine.run("setup", "g1-walking")
    assert len(machine.installations()) == 1
    words = ("--reinstall-package", "holosoma-inference")
    assert "ready" in machine.run("setup", "g1-walking", *words).stderr
    assert " ".join(words) in machine.installations()[-1] and machine.installations()[-1].endswith(".[ui,g1-walking]")
    machine.run("setup", "g1-walking")
    assert len(machine.installations()) == 2


def test_lerobot_has_an_environment_of_its_own(machine: Machine):
    for _ in range(2):
        machine.run("setup", "lerobot")
    *_, lerobot = lines = machine.log.read_text().splitlines()
    # After plain use's own, which the LeRobot export is a part of; once.
    assert len(lines) == 3 and lerobot.endswith("--group lerobot")
    assert f"--python {machine.checkout}/.venv-lerobot/bin/python" in lerobot
    (machine.checkout / ".venv-lerobot" / "mimic-lerobot").unlink()
    assert "ready" in machine.run("setup", "dev").stderr
    assert machine.log.read_text().splitlines()[-1] == lerobot


def test_changed_pins_are_installed(machine: Machine):
    machine.run("setup")
    with open(machine.checkout / "pyproject.toml", "a") as file:
        file.write("\n# another pin\n")
    machine.run("setup")
    assert len(machine.installations()) == 2


def test_moved_checkout_is_installed_anew(machine: Machine):
    machine.run("setup")
    machine.checkout = machine.checkout.rename(machine.checkout.with_name("moved"))
    machine.run("setup")
    assert len(machine.installations()) == 2


def test_tests_and_checks_get_the_development_extra(machine: Machine):
    machine.run("setup")
    machine.command("ldconfig", "#!/bin/sh\necho libvulkan.so.1\necho libglfw.so.3\n")
    result = machine.run("test", "-k", "name", STATUS="5")
    assert result.stdout.splitlines()[0] == f"pytest -k name in {machine.checkout}"
    assert result.returncode == 5
    assert machine.installations()[-1].endswith(".[ui,dev]")
    machine.run("doctor")
    assert len(machine.installations()) == 2  # dev holds all that plain use needs


def test_what_the_gpu_check_writes_lands_where_it_was_called(machine: Machine):
    (machine.checkout / "benchmarks").mkdir()
    program = "import os, sys; print(*sys.argv[1:], 'in', os.getcwd()); sys.exit(5)"
    (machine.checkout / "benchmarks" / "gpu_check.py").write_text(program)
    result = machine.run("gpu-check", "--output", "mine")
    assert result.stdout == f"--output mine in {machine.away}\n" and result.returncode == 5


def test_the_tests_on_isaac_sims_parts_are_asked_for_by_name(machine: Machine):
    machine.command("ldconfig", "#!/bin/sh\necho libvulkan.so.1\necho libglfw.so.3\n")
    result = machine.run("test-isaacsim", "-k", "name", STATUS="5")
    words = "pytest -m isaacsim tests/isaac_sim -k name"
    assert result.stdout.splitlines()[0] == f"{words} in {machine.checkout}"
    assert result.returncode == 5
    assert machine.installations()[-1].endswith(".[ui,dev]")


def test_lint_fails_if_one_of_its_tools_does(machine: Machine):
    # The stand-in installs neither ruff nor pyright.
    result = machine.run("lint")
    assert result.returncode == 1
    assert "No module named ruff" in result.stderr and "No module named pyright" in result.stderr


def test_failed_installation_is_taken_up_again(machine: Machine):
    (machine.bin / "broken").touch()
    result = machine.run("doctor")
    assert result.returncode == 2
    assert "start again" in result.stderr.splitlines()[-1]
    assert result.stdout == ""
    (machine.bin / "broken").unlink()
    assert machine.run("doctor").returncode == 0


def test_killed_installation_is_taken_up_again(machine: Machine):
    (machine.bin / "slow").touch()
    process = machine.start("doctor")
    wait_until(machine.installations, "the installation")
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    (machine.bin / "slow").unlink()
    assert machine.run("doctor").returncode == 0
    assert len(machine.installations()) == 2


def test_broken_environment_is_made_anew(machine: Machine):
    machine.run("setup")
    python = machine.checkout / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to(machine.away / "uninstalled" / "python3.12")
    assert machine.run("doctor").returncode == 0


def test_two_first_starts_install_once(machine: Machine):
    (machine.bin / "slow").touch()
    both = [machine.start("doctor") for _ in range(2)]
    inode = (machine.checkout / "pyproject.toml").stat().st_ino
    waiting = re.compile(rf"-> FLOCK .*:{inode} ")
    wait_until(
        lambda: machine.installations() and waiting.search(Path("/proc/locks").read_text()), "the one that waits"
    )
    (machine.bin / "slow").unlink()
    answers = [process.communicate(timeout=LIMIT)[0] for process in both]
    assert all(answer.startswith("isaaclab_mimic_core doctor") for answer in answers)
    assert len(machine.installations()) == 1


def test_licence_is_never_accepted_for_the_user():
    product = [ROOT / "mimic.sh", ROOT / ".ci" / "run", *(ROOT / "exts").rglob("*.py")]
    setting = ("OMNI_KIT_ACCEPT_EULA=", 'environ["OMNI_KIT_ACCEPT_EULA"] =', 'setdefault("OMNI_KIT_ACCEPT_EULA"')
    assert [path for path in product if any(form in path.read_text() for form in setting)] == []
