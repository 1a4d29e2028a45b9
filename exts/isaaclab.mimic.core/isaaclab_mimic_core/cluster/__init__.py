# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Let workers on several GPUs or machines share the work of a stage (docs/cluster.md), all but training through Ray.

- `ray_cluster.py`: start Ray or join a cluster; how many workers there are, and what each of them gets.
- `host.py`: the Ray actor that is one worker; it runs a stage in a process (`remote.worker_client`).
- `crew.py`: all workers: ask them, hear from them, replace those that are lost.
- `hand_out.py`: which worker does which part of the work.
- `shared_work.py`: base of stages whose work is shared; `generate.py` is one. What a worker runs is in `stages/`.
- `train.py`: train in several processes, which torch's own launcher starts (`remote.launch`, `learning.distributed`).
"""
