# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How smooth the window is while it generates: what a frame takes, and how long a click waits for its answer.

The desktop's window on a screen that nobody sees, painted by omni.ui at its own pace; it generates, first in a worker
process, then in the window's own, with the view of an environment on, for some time while nobody touches it, and for
the same while somebody clicks. A
frame is painting and all that the window does between two paintings, in its own process also the steps of the
simulation; its processor time is that of the window's thread, without what a software renderer's threads take to
paint. The same is measured before anything runs (idle). A click is made on a cell of the grid of environments and on
the rail, in turns: its answer is the end of the frame in which what it changes has been painted.

    python benchmarks/window_frames.py                      # 64 environments, twice 20 s of generation each
    python benchmarks/window_frames.py --num-envs 16 --where worker

Prints a line of JSON for each on standard output, and a table on standard error; milliseconds. Annotates the sample
first, in a process of its own.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMNIUI_HEADLESS", "1")
ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data" / "franka_stack" / "demos.hdf5"
IDLE_FRAMES = 120
"""Frames before anything runs: what painting alone takes here."""
CLICK_EVERY = 0.5
"""[s] A person who looks about."""


class Watch:
    """Frames of the window, and clicks."""

    def __init__(self, window, host) -> None:
        self._window, self._host = window, host
        self.frames: list[tuple[float, float]] = []
        self.clicks: dict[str, list[float]] = {"cell": [], "step": []}

    async def frame(self) -> None:
        """Paint one frame and let the window do its work; then wait for the next."""
        from omni.ui import standalone

        begin, worked = time.perf_counter(), time.thread_time()
        self._host.pacing.paint(standalone._tick_one_frame)
        self._host.frame_passed()
        # Whoever waits for the frame goes on in the loop's next rounds.
        for _ in range(3):
            await asyncio.sleep(0)
        self.frames.append((1000 * (time.perf_counter() - begin), 1000 * (time.thread_time() - worked)))
        await asyncio.sleep(self._host.pacing.left)

    async def click(self, kind: str, widget, answered) -> None:
        """Click a widget, and note how long the answer takes."""
        from omni.ui import _ui

        x = widget.screen_position_x + widget.computed_width / 2
        y = widget.screen_position_y + widget.computed_height / 2
        _ui._inject_mouse_move(x, y)
        await self.frame()
        await self.frame()
        begin = time.perf_counter()
        _ui._inject_mouse_button(0, True)
        for _ in range(200):
            await self.frame()
            if answered():
                break
        else:
            raise TimeoutError(f"a click on a {kind} has had no answer")
        # What it has changed is painted by the next frame.
        await self.frame()
        self.clicks[kind].append(1000 * (time.perf_counter() - begin))
        _ui._inject_mouse_button(0, False)
        await self.frame()

    async def until(self, predicate, patience: float) -> None:
        end = time.monotonic() + patience
        while not predicate():
            if self._window.session.failure or time.monotonic() > end:
                sys.exit(self._window.session.failure or "nothing happened")
            await self.frame()


async def measure(source: Path, folder: Path, num_envs: int, seconds: float, in_worker: bool) -> dict:
    """Generate in the window for some time."""
    import omni.ui as ui

    from isaaclab_mimic_ui.host.desktop import DesktopHost
    from isaaclab_mimic_ui.window import MimicWindow

    host = DesktopHost(folder / "window.json")
    window = MimicWindow(host, position_x=0, position_y=0, flags=ui.WINDOW_FLAGS_NO_TITLE_BAR)
    window.window.width, window.window.height = 1280, 720
    window.show()
    watch, panel = Watch(window, host), window.panel("generate")
    for name, value in {
        "input": source,
        "output": folder / f"{in_worker}.hdf5",
        "num_demos": 100_000,
        "num_envs": num_envs,
    }.items():
        panel.entries[name].value = str(value)
    panel.worker.set_value(in_worker)
    for _ in range(10):
        await watch.frame()
    watch.frames.clear()
    for _ in range(IDLE_FRAMES):
        await watch.frame()
    idle = list(watch.frames)
    panel.start_or_stop()
    await watch.until(lambda: window.session.snapshot.get("steps", 0) > 20 and panel.grid.cells, 300)
    # With the view on.
    await watch.click("cell", panel.grid.cells[0], lambda: panel.grid.chosen == 0)
    await watch.until(lambda: panel.scene.canvas.shows_picture or window.session.snapshot.get("not_drawn"), 120)
    watch.clicks["cell"].clear()
    watch.frames.clear()
    before, begin = window.session.snapshot["steps"], time.perf_counter()
    end = time.monotonic() + seconds
    await watch.until(lambda: time.monotonic() > end, 2 * seconds)
    untouched = list(watch.frames)
    watch.frames.clear()
    end = time.monotonic() + seconds
    number = 0
    while time.monotonic() < end:
        pause = time.monotonic() + CLICK_EVERY
        await watch.until(lambda pause=pause: time.monotonic() > pause, 60)
        number += 1
        if number % 2:
            chosen = panel.grid.chosen
            cell = panel.grid.cells[number % min(8, num_envs)]
            await watch.click("cell", cell, lambda chosen=chosen: panel.grid.chosen != chosen)
        else:
            await watch.click("step", window.rail.items["dataset"], lambda: window.chosen == "dataset")
            await watch.click("step", window.rail.items["generate"], lambda: window.chosen == "generate")
    steps = (window.session.snapshot["steps"] - before) / (time.perf_counter() - begin)
    frames = list(watch.frames)
    window.session.stop()
    await watch.until(lambda: not window.session.state.is_active, 120)
    saved = window.session.saved
    window.destroy()
    for _ in range(5):
        await watch.frame()
    spreads = {}
    for name, measured in (("idle", idle), ("frame", untouched), ("clicked", frames)):
        wall, worked = ([each[column] for each in measured] for column in (0, 1))
        spreads |= {name: _spread(wall), f"{name}, processor": _spread(worked)}
    return {
        "where": "worker" if in_worker else "window",
        "num_envs": num_envs,
        "frames_per_s": round(len(untouched) / seconds, 1),
        **spreads,
        "click on a cell": _spread(watch.clicks["cell"]),
        "click on a step": _spread(watch.clicks["step"]),
        "env_steps_per_s": round(steps, 1),
        "saved": saved,
        "load": round(os.getloadavg()[0], 1),
    }


def _spread(times: list[float]) -> dict[str, float]:
    """Return median, 99th percentile and most [ms]."""
    ordered = sorted(times)
    return {
        "median": round(statistics.median(ordered), 1),
        "p99": round(ordered[int(0.99 * len(ordered))], 1),
        "most": round(ordered[-1], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="How smooth the window is while it generates.")
    parser.add_argument("--num-envs", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--where", choices=("worker", "window", "both"), default="both")
    parser.add_argument("--input", type=Path, help="an annotated file, in place of the sample annotated now")
    arguments = parser.parse_args()
    import omni.ui as ui
    import omni.ui_scene

    sys.modules.setdefault("omni.ui.scene", omni.ui_scene)
    # What a simulation in this process prints, C code included, goes with everything else to standard error.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = arguments.input
        if source is None:
            source = folder / "annotated.hdf5"
            command = [sys.executable, "-m", "isaaclab_mimic_core", "annotate", "--input", str(SAMPLE)]
            subprocess.run([*command, "--output", str(source)], check=True, stdout=subprocess.DEVNULL)
        os.chdir(folder)
        ui.init("Mimic", 1280, 720, max_fps=None)
        results = []
        # The worker first: a simulation of the window's own process stays in its memory.
        for where in ("worker", "window"):
            if arguments.where in (where, "both"):
                results.append(
                    asyncio.run(measure(source, folder, arguments.num_envs, arguments.seconds, where == "worker"))
                )
                print(json.dumps(results[-1]), file=answers, flush=True)
        ui.shutdown()
    rows = [name for name, value in results[0].items() if isinstance(value, dict)]
    for result in results:
        print(f"{result['where']}, {result['num_envs']} environments, load {result['load']}", file=sys.stderr)
        for row in rows:
            print(f"{row:>20}  " + "  ".join(f"{key} {value}" for key, value in result[row].items()), file=sys.stderr)


if __name__ == "__main__":
    main()
