# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""All that only a machine with a GPU can show, in at most nine minutes: `./mimic.sh gpu-check`.

    python benchmarks/gpu_check.py --output outputs/gpu-check

Each part is a program of its own with a limit of time; one that fails does not stop the others. In the folder are then
`gpu_check.json`, with the figures and the end of each part's output, and `gpu_check.md`, with rows for the tables of
docs/benchmarks.md. Ends with status 0 if all parts succeeded, with 1 if not, with 2 where there is no GPU, and with 143
on SIGTERM, by which the part that runs is ended, too.
"""

import argparse
import contextlib
import json
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isaaclab_mimic_core.files import write_atomically

ROOT = Path(__file__).parents[1]
BENCHMARKS = ROOT / "benchmarks"
LIMIT = 540.0
"""Time of all parts together [s]."""
_TAIL = 4000
"""Characters of a part's output that are kept."""
_NAP = 0.05
"""Time between two looks at a part [s]."""
_DEVICE = "cuda:0"


@dataclass(frozen=True)
class Part:
    """A program that is run, and what its output says."""

    name: str
    command: Sequence[str]
    limit: float
    """Longest time that it may take [s]."""
    columns: str = ""
    """Header of its table in docs/benchmarks.md; empty if it has none."""
    rows: Callable[[str], list[list[str]]] = lambda output: []
    """Makes the table's rows of its standard output."""


def json_lines(output: str) -> list[dict[str, Any]]:
    """Return the lines of an output that are JSON objects."""
    found = []
    for line in output.splitlines():
        with contextlib.suppress(json.JSONDecodeError):
            if isinstance(value := json.loads(line), dict):
                found.append(value)
    return found


def generator_rows(output: str) -> list[list[str]]:
    """Return a row for each number of environments: ms per step of both modes, and of both while recording."""
    by_envs: dict[int, dict[str, float]] = {}
    for line in json_lines(output):
        if "wall_ms" in line:
            by_envs.setdefault(line["num_envs"], {})[line["generator"]] = line["wall_ms"]
    rows = []
    for num_envs, found in by_envs.items():
        cells = [f"{found[name]:.2f}" if name in found else "" for name in ("ours, upstream", "ours, default")]
        recording = [found.get(f"ours, {mode}, recording") for mode in ("upstream", "default")]
        cells.append(" / ".join(f"{value:.2f}" if value is not None else "" for value in recording))
        rows.append([str(num_envs), *cells, ""])
    return rows


def physics_rows(output: str) -> list[list[str]]:
    """Return a row for each side of the generation on physics."""
    return [
        [
            line["side"],
            f"{line['successes']} of {line['attempts']}",
            *(str(line[key]) for key in ("successes_per_s", "ms_per_step", "ms_in_env", "other_share")),
            "",
        ]
        for line in json_lines(output)
        if "successes_per_s" in line
    ]


def training_rows(output: str) -> list[list[str]]:
    """Return a row for each loop: seconds of an epoch of 100 steps, at least, median, at most."""
    found = re.findall(r"^(\S.*?)\s{2,}([\d.]+ – +[\d.]+ – +[\d.]+) s per epoch", output, re.MULTILINE)
    return [[name, re.sub(" +", " ", seconds)] for name, seconds in found]


def rendering_rows(output: str) -> list[list[str]]:
    """Return a row for each size and camera."""
    rows = []
    for line in json_lines(output):
        for camera, figures in line.items():
            if isinstance(figures, dict) and "ms" in figures:
                named = ("ms", "newton_ms", "mean_difference", "far_off_percent", "depth_within_1mm_percent")
                cells = [f"{figures[key]:.3g}" if key in figures else "" for key in named]
                rows.append([str(line.get("size", "")), camera, *cells])
    return rows


def all_parts() -> list[Part]:
    """Return the parts, the cheap ones first; their limits are less than `LIMIT` together."""

    def benchmark(name: str, *arguments: str) -> list[str]:
        return [sys.executable, str(BENCHMARKS / f"{name}.py"), *arguments]

    sample = str(ROOT / "data" / "franka_stack" / "demos.hdf5")
    generation = ("--num-envs", "1024", "--num-attempts", "1024", "--device", _DEVICE, "--sides", "default")
    cost = ("--device", _DEVICE, "--num-envs", "1024", "4096", "--upstream-max", "0")
    return [
        Part("doctor", [sys.executable, "-m", "isaaclab_mimic_core", "doctor", "--json"], 50),
        Part("tests", [sys.executable, "-m", "pytest", "-q", "-m", "gpu", "tests/gpu"], 90),
        Part(
            "the generator alone",
            benchmark("generator_cost", *cost),
            90,
            "environments | upstream mode | default mode | with recording (upstream / default) | Isaac Lab",
            generator_rows,
        ),
        Part(
            "training",
            benchmark("policy_training", sample, "--device", _DEVICE, "--epochs", "2"),
            90,
            "loop | seconds per epoch of 100 steps",
            training_rows,
        ),
        Part(
            "pictures",
            benchmark("rendering", "--device", _DEVICE, "--sizes", "84", "--num-envs", "64", "--frames", "4"),
            80,
            "size | camera | ms per image | Newton's ms | mean difference, of 255 | pixels that differ by more than 16"
            " | depth within 1 mm",
            rendering_rows,
        ),
        Part(
            "generation on physics",
            benchmark("physx_generation", *generation),
            140,
            "side | successful | successes/s | ms per step | in env.step | outside env.step | times Isaac Lab's",
            physics_rows,
        ),
    ]


@contextlib.contextmanager
def noted_sigterm() -> Iterator[list[int]]:
    """Note SIGTERM instead of ending by it: what has been started, in a session of its own, would go on alone."""
    noted: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: noted.append(number))
    try:
        yield noted
    finally:
        signal.signal(signal.SIGTERM, before)
    if noted:
        sys.exit(128 + noted[0])


def run_part(part: Part, limit: float) -> dict[str, Any]:
    """Run a part to its end or for so long [s]; return what is to be said about it."""
    began = time.monotonic()
    with (
        noted_sigterm() as noted,
        tempfile.TemporaryFile("w+", errors="replace") as out,
        tempfile.TemporaryFile("w+", errors="replace") as err,
    ):
        try:
            process = subprocess.Popen(part.command, stdout=out, stderr=err, cwd=ROOT, start_new_session=True)
        except OSError as error:
            return {"part": part.name, "status": "failed", "seconds": 0.0, "rows": [], "tail": str(error)}
        try:
            while (code := process.poll()) is None and not noted and time.monotonic() < began + limit:
                time.sleep(_NAP)
        finally:
            # What it has started, too; after its own end nothing may go on.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        status = "out of time" if code is None else "failed" if code else "passed"
        out.seek(0)
        err.seek(0)
        output, errors = out.read(), err.read()
    found: dict[str, Any] = {"part": part.name, "status": status, "exit": code, "limit_s": limit}
    found["seconds"] = round(time.monotonic() - began, 1)
    try:
        # What was measured before the time was over counts.
        found["rows"] = part.rows(output)
    except (KeyError, ValueError, TypeError) as error:
        found |= {"rows": [], "status": "failed", "not_understood": f"{type(error).__name__}: {error}"}
    found["figures"] = json_lines(output)
    found["tail"] = (output[-_TAIL:] + errors[-_TAIL:]) if status != "passed" else ""
    return found


def markdown(parts: Sequence[Part], results: Sequence[dict[str, Any]], machine: dict[str, Any]) -> str:
    """Return tables of all rows, under the columns of docs/benchmarks.md."""
    lines = ["# " + ", ".join(str(machine[key]) for key in ("gpu", "date") if key in machine), ""]
    for part, result in zip(parts, results, strict=False):
        lines += [f"## {part.name}: {result['status']}, {result['seconds']:g} s", ""]
        if part.columns and result["rows"]:
            count = part.columns.count("|") + 1
            lines += [f"| {part.columns} |", "|" + "---|" * count]
            lines += [f"| {' | '.join(row)} |" for row in result["rows"]] + [""]
    return "\n".join(lines)


def check(parts: Sequence[Part], folder: Path, machine: dict[str, Any], limit: float = LIMIT) -> bool:
    """Run all parts; return whether all succeeded.

    Args:
        parts: What to run.
        folder: Where the two files are written, anew after each part.
        machine: What they say about the machine.
        limit: Time of all together [s]; a part that has none left is not started.
    """
    folder.mkdir(parents=True, exist_ok=True)
    results: list[dict[str, Any]] = []
    until = time.monotonic() + limit
    for part in parts:
        left = until - time.monotonic()
        print(f"{part.name} ...", end=" ", flush=True)
        if left <= 0:
            results.append({"part": part.name, "status": "not started", "seconds": 0.0, "rows": []})
        else:
            results.append(run_part(part, min(part.limit, left)))
        print(f"{results[-1]['status']}, {results[-1]['seconds']:g} s", flush=True)
        about = json.dumps({**machine, "parts": results}, indent=1)
        text = markdown(parts, results, machine)
        write_atomically(folder / "gpu_check.json", lambda path, about=about: path.write_text(about + "\n"))
        write_atomically(folder / "gpu_check.md", lambda path, text=text: path.write_text(text + "\n"))
    return all(result["status"] == "passed" for result in results)


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=ROOT / "outputs" / "gpu-check", help="folder of the two files")
    arguments = parser.parse_args(words)
    import torch

    if not torch.cuda.is_available():
        print("gpu-check: torch sees no GPU here (mimic doctor says more)", file=sys.stderr)
        return 2
    machine = {
        "gpu": torch.cuda.get_device_name(0),
        "date": time.strftime("%Y-%m-%d"),
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)),
    }
    whole = check(all_parts(), arguments.output, machine)
    print(f"{arguments.output / 'gpu_check.json'}, {arguments.output / 'gpu_check.md'}")
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
