# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Train policies, and run them in many environments at once.

- `api.py`: what a learner has to offer. `learners.py`: find a learner by name or by checkpoint.
- `robomimic/`: the learner that comes with this package.
- `rollouts.py`, `perturb.py`, `sweep.py`, `intervals.py`, `results.py`: evaluate policies of any learner.
- `run_folder.py`: the files of a training run. `fit.py`: whether a policy fits a task.
"""
