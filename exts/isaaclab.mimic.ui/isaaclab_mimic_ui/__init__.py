# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Mimic window: omni.ui panels that start stages of `isaaclab_mimic_core` and show their events.

- `window.py`, `workflow.py`, `session.py`: the window, its steps and files, and the run of one step.
- `steps.py`: the steps of the workflow and the order of their options.
- `panels/`: one file per panel. `widgets/`: what panels share. `forms/`: forms made from options.
- `running/`: run a stage in this process or in a worker. `dataset/`: the work of the Dataset panel.
- `scene/`: the drawing of an environment. `keyboard/`: the table of keys. `file_dialog/`: choose files.
- `host/`: what differs between Kit and the desktop. `extension.py` starts it in Kit, `desktop.py` without Kit.
"""
