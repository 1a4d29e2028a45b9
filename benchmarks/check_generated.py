# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""False alarms of `mimic check`: check the sample demonstrations and newly generated ones, which are all good.

python benchmarks/check_generated.py --num-demos 50
python benchmarks/check_generated.py --file generated.hdf5
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from isaaclab_mimic_core.datasets.check import LEVELS, check_file, format_report

SAMPLE = Path(__file__).parents[1] / "data" / "franka_stack" / "demos.hdf5"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--num-demos", type=int, default=50)
    parser.add_argument("--num-envs", type=int, default=16)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--file", help="a file of good demonstrations, instead of generating some")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        generated = options.file or str(Path(folder) / "run" / "generated.hdf5")
        if not options.file:
            command = [sys.executable, "-m", "isaaclab_mimic_core", "quickstart", "--output", str(Path(folder) / "run")]
            for name in ("num_demos", "num_envs", "seed"):
                command += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
            subprocess.run(command, check=True)
        false_errors = 0
        for path in (SAMPLE, generated):
            start = time.process_time()
            report = check_file(path)
            seconds = time.process_time() - start
            false_errors += report.count("error")
            counts = ", ".join(f"{report.count(level)} {level}s" for level in LEVELS)
            each = 1000 * seconds / len(report.demos)
            print(f"{Path(path).name}: {len(report.demos)} demonstrations, {counts}; {each:.1f} ms CPU each")
            if report.findings:
                print(format_report(report))
    return 1 if false_errors else 0


if __name__ == "__main__":
    sys.exit(main())
