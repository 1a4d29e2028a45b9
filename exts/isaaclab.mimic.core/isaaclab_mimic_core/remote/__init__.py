# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Run a stage or a verb in another process, with the same events and requests as JSON lines.

- `worker.py` runs in the other process; `worker_client.py` starts it for a stage, `verb_client.py` for a verb.
- `messages.py`: the JSON lines. `process_client.py`: start the process, read its events.
- `launch.py`: start the processes of a training. `orphans.py`: a process that ends with the one that has started it.
- `render.py`: render camera images in several processes.
"""
