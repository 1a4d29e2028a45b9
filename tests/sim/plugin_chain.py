# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The whole workflow with what the example package brings: `plugin_chain.py SITE FOLDER`.

A program of its own, for one simulation can live in a process at a time; SITE holds the package,
installed. FOLDER/result.json says what came of it: a verb takes standard output for itself.
"""

import json
import sys
import warnings
from pathlib import Path

from isaaclab_mimic_core import cli
from isaaclab_mimic_core.events import StageFinished
from isaaclab_mimic_core.options import AnnotateOptions, EvaluateOptions, GenerateOptions, RecordOptions, TrainOptions
from isaaclab_mimic_core.stages.annotation.automatic import Annotate
from isaaclab_mimic_core.stages.generation.generate import Generate
from isaaclab_mimic_core.stages.learning.evaluate import Evaluate
from isaaclab_mimic_core.stages.learning.train import Train
from isaaclab_mimic_core.stages.recording.record import Record
from isaaclab_mimic_core.tasks.open_env import open_env

TASK, PLAIN = "Example-Stack-Mimic-v0", "Example-Plain-Stack-Mimic-v0"

site, folder = sys.argv[1:]
sys.path.insert(0, site)
demos, annotated, generated = (f"{folder}/{name}.hdf5" for name in ("demos", "annotated", "generated"))
run = f"{folder}/run"
result: dict = {}

# By its id alone, as a verb: nothing describes this one but gymnasium's registry.
result["viewed"] = cli.main(
    ["view", "--task", PLAIN, "--num-envs", "1", "--num-steps", "2", "--viz", "none", "--assets", "local", "--verbose"]
)

common = {"task": TASK, "num_envs": 4, "device": "cpu", "assets": "local"}
with warnings.catch_warnings(record=True) as caught, open_env(TASK, 4, device="cpu", assets="local") as env:
    result["batched"] = type(env).__name__
    result["loops"] = [str(each.message) for each in caught if "no batched form" in str(each.message)]
    for name, make in {
        "record": lambda: Record(RecordOptions(**common, output=demos, teleop_device="example_pad", num_demos=2), env),
        "annotate": lambda: Annotate(AnnotateOptions(**common, input=demos, output=annotated), env),
        "generate": lambda: Generate(
            GenerateOptions(
                **common, input=annotated, output=generated, num_demos=2, max_failures=6, planner="example_hop"
            ),
            env,
        ),
        "train": lambda: Train(TrainOptions(task=TASK, dataset=generated, output=run, learner="example_linear")),
        "evaluate": lambda: Evaluate(
            EvaluateOptions(**common, checkpoints=(run,), num_rollouts=4, first_rollouts=4, horizon=20), env
        ),
    }.items():
        with make() as stage:
            *_, ending = stage
        assert isinstance(ending, StageFinished), ending
        result[name] = ending.summary
(Path(folder) / "result.json").write_text(json.dumps(result))
