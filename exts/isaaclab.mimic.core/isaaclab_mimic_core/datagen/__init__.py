# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Generate demonstrations from source demonstrations, in all environments at once.

- `generator.py`: the algorithm, step by step: what each environment does next, and what ends an attempt.
- `config.py`: the configuration of a run, read from the task's Mimic configuration and the settings.
- `sources/`: source demonstrations, their segments, and the selection among them.
- `trajectory/`: transform a segment, interpolate to its start, add noise.
- `planning/`: plan the path to a segment instead of interpolating it (SkillGen).
- `coordination/`: constraints between end effectors.
- `failures/`: the causes of failure, one file each.
- `attempts.py`, `retries.py`, `attempt_outcomes.py`: where each attempt stands, its retries, and its record at the end.
- `contract.py`: what the generator needs of an environment.
"""
