# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Pictures of recorded demonstrations, drawn from their states.

- What cameras see, as observations: `remote.render` hands demonstrations out, each process draws a `share` in `pieces`.
- `films.py`: films, with source demonstrations beside generated ones (`beside.py`). `state_pictures.py` draws them.
- `strip.py`: which moments thumbnails show, and the cache folder. `thumbnails.py` draws, `strips.py` on request.
"""
