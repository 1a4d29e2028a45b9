# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Source demonstrations: cut into segments, kept on the device, selected for each subtask.

- `source_demo.py`, `segmentation.py`: read demonstrations and cut them into segments, one per subtask.
- `bank.py`: all segments on the device.
- `selection.py`, `selector.py`: the selection strategies, and the source that each subtask gets.
- `held_objects.py`: which object a subtask carries.
- `statistics.py`: which sources have succeeded so far.
"""
