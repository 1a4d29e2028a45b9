# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The window generates demonstrations: real Kit, real omni.ui, real physics, real files."""

import json
import statistics
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from harness import in_kit
from mimic_window import ACCENT, count_pixels, fill_in, has_ended, has_saved, open_window
from standin_viewport import open_viewport
from waiting import LONG, wait_until

UI = "isaaclab.mimic.ui"
FRAME = 0.05
"""[s] From one frame to the next."""
DEMOS = Path(__file__).parents[2] / "data" / "franka_stack" / "demos.hdf5"


@pytest.fixture(scope="module")
def annotated(tmp_path_factory) -> Path:
    """Annotate the sample demonstrations once."""
    from isaaclab_mimic_core.events import StageFailed
    from isaaclab_mimic_core.remote.worker_client import WorkerClient

    if not DEMOS.is_file():
        pytest.skip(f"{DEMOS} is not there")
    path = tmp_path_factory.mktemp("annotated") / "annotated.hdf5"
    worker = WorkerClient("annotate", {"input": str(DEMOS), "output": str(path), "num_envs": 10}, python=sys.executable)

    def ended() -> bool:
        failed = [event.message for event in worker.poll() if isinstance(event, StageFailed)]
        assert not failed, (failed, worker.last_stderr)
        return worker.done

    try:
        wait_until(ended, "the annotation", limit=LONG)
    finally:
        worker.close()
    return path


def generate_two_and_stop(kit, folder, annotated, in_worker, look=lambda: None):
    """Click Generate, wait for two demonstrations, look into an environment, click Stop.

    Args:
        look: Called while an environment is looked into.

    Returns:
        What the frames during generation took of this thread's processor time, in the middle [ms].
    """
    import h5py

    window = open_window(kit)
    output = folder / "generated.hdf5"
    fill_in(
        window, folder, "generate", input=str(annotated), output=str(output), num_demos=50, num_envs=8,
        in_worker=in_worker,
    )  # fmt: skip
    kit.click(window.panel("generate").button)
    frames = []

    def measured_frame() -> None:
        begin, worked = time.perf_counter(), time.thread_time()
        kit.update()
        took, worked = time.perf_counter() - begin, time.thread_time() - worked
        frames.append((1000 * took, 1000 * worked, window.session.snapshot.get("steps", 0) > 0))
        time.sleep(max(0.0, FRAME - took))

    def wait(condition, what, meanwhile=kit.update):
        def happened():
            assert not window.session.failure, window.session.failure
            return condition()

        wait_until(happened, what, meanwhile, lambda: window.session.snapshot, limit=LONG)

    wait(lambda: has_saved(window, 2), "two demonstrations", measured_frame)
    panel = window.panel("generate")
    panel.actions()["scene.enlarge"]()
    assert not panel.enlarged, "there is no view yet that could fill the window"
    kit.click(panel.grid.cells[3])
    # Later than in the first subtask, the path done has a boundary.
    wait(
        lambda: (
            (watched := window.session.snapshot.get("watched", {})).get("planned")
            and watched["env"] == 3
            and 0 < watched["subtask"]["franka"] < 3
        ),
        "the middle of an attempt",
        measured_frame,
    )
    kit.screenshot(folder / "generating.png")
    look()
    kit.click(window.panel("generate").button)
    wait(partial(has_ended, window), "the end", measured_frame)
    kit.screenshot(folder / "stopped.png")
    assert window.session.state.value == "stopped" and not window.session.failure
    with h5py.File(output) as file:
        assert len(file["data"]) == window.session.saved >= 2
        assert all(demo.attrs["success"] for demo in file["data"].values())
    times = sorted(took for took, _, generating in frames if generating)
    worked = statistics.median(worked for _, worked, generating in frames if generating)
    report = {
        "frames": len(times),
        "median_ms": round(statistics.median(times), 2),
        "p99_ms": round(times[int(0.99 * len(times))], 2),
        "longest_ms": round(times[-1], 2),
        "longest_before_the_first_step_ms": round(max(took for took, _, generating in frames if not generating), 2),
        "processor_median_ms": round(worked, 2),
        "snapshot": window.session.snapshot,
    }
    shown = []
    window.host.open_in_browser = shown.append
    if in_worker:
        import carb.input

        from isaaclab_mimic_ui.keyboard.keys import CTRL

        kit.press_input(carb.input.KeyboardInput.R, CTRL)
    else:
        kit.click(panel.report_button)
    wait(lambda: shown, "the report", measured_frame)
    kit.screenshot(folder / "reported.png")
    assert shown[0].is_file() and shown[0].parent == folder / "generated_report"
    (folder / "frames.json").write_text(json.dumps(report, indent=1, default=str))
    return worked


@pytest.mark.sim
@in_kit(enable=[UI, "omni.appwindow"])
def test_a_worker_generates_while_the_window_stays_smooth(kit, tmp_path, annotated):
    # Not the wall clock: on two cores the software renderer competes with the simulation, and with everybody else.
    assert generate_two_and_stop(kit, tmp_path, annotated, in_worker=True) < 10


@pytest.mark.sim
# Isaac Lab talks on stderr, and Kit's log calls that errors.
@in_kit(enable=[UI], settings=[f"/exts/{UI}/frameBudgetMs=200"], paints=True, allow_errors=True)
def test_the_windows_own_loop_generates_and_draws_into_the_viewport(kit, tmp_path, annotated):
    from omni.ui import scene as sc
    from PIL import Image

    from isaaclab_mimic_ui.scene.camera import looking_at, projection

    far = looking_at([4.0, 4.0, 3.0], [0.0, 0.0, 0.0])
    viewport = open_viewport(sc.CameraModel(sc.Matrix44(*projection(field=0.9)), sc.Matrix44(*far)))
    api = viewport.viewport_api

    def look():
        from isaaclab_mimic_ui.extension import get_window

        # The panel draws a few times a second, and the run may have got this far within one of them.
        kit.pump_until(lambda: api.views, "the drawing")
        origin = get_window().session.snapshot["watched"]["origin"]
        at = [value + offset for value, offset in zip(origin, (0.48, 0.0, 0.13), strict=True)]
        eye = [value + offset for value, offset in zip(at, (1.2, 1.5, 1.05), strict=True)]
        api.views[0].model = sc.CameraModel(sc.Matrix44(*projection(field=0.42)), sc.Matrix44(*looking_at(eye, at)))
        viewport.window.focus()
        picture = tmp_path / "viewport.png"

        def drawn() -> int:
            kit.screenshot(picture)
            with Image.open(picture) as whole:
                whole.crop((900, 430, 1260, 690)).save(picture)
            return count_pixels(picture, ACCENT, 60)

        # The way of the hand is drawn where the environment is in the world: elsewhere this camera would not see it.
        kit.pump_until(lambda: drawn() > 30, "the way of the hand", drawn)

    generate_two_and_stop(kit, tmp_path, annotated, in_worker=False, look=look)
    assert not api.views, "after the run nothing is left in the viewport"
