# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How steadily `mimic record` keeps its step rate.

The stage records and saves as for a person, with real physics; for a minute the scripted demonstrator replaces the
person.

python benchmarks/record_pace.py
python benchmarks/record_pace.py --viz viser --seconds 120
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from isaaclab_mimic_core.devices import make_device
from isaaclab_mimic_core.devices.scripted import ScriptSettings
from isaaclab_mimic_core.options import RecordOptions
from isaaclab_mimic_core.stages.drive import drive
from isaaclab_mimic_core.stages.recording.record import Record


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--step-hz", type=float, default=30.0)
    parser.add_argument("--viz", default="none", help="a live view beside it: viser")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        recording = RecordOptions(
            output=str(Path(folder) / "demos.hdf5"),
            # Any of those that a person drives: these keep the rate. The keyboard itself is not opened.
            teleop_device="keyboard",
            num_demos=0,
            # The script does not notice when it has failed.
            max_steps=450,
            teleop_settings={"step_hz": options.step_hz},
            viz=options.viz,
            device=options.device,
            assets="local",
            seed=1,
        )
        script = ScriptSettings(recording.seed)
        stage = Record(recording, device=lambda env: make_device(env, "scripted", script))
        until = None

        def look() -> None:
            nonlocal until
            now = time.monotonic()
            if until is None and stage.snapshot().get("steps"):
                until = now + options.seconds
            elif until is not None and now > until:
                stage.request("stop")

        ending = drive(stage, each_step=look)
    assert ending is not None
    found = ending.summary
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{options.step_hz:g} Hz asked for, {found['saved']} demonstrations saved, load average {load}")
    print(
        f"rate {found['rate_hz']:.2f} Hz; jitter: mean {found['jitter_mean_ms']:.2f} ms, "
        f"99th percentile {found['jitter_p99_ms']:.2f} ms"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
