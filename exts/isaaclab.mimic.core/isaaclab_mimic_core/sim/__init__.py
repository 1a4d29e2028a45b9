# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Everything about the simulator; `tasks/open_env.py` puts the parts together.

- `engines/`: physics engines. `assets/`: assets from NVIDIA's server or built locally.
- `isaac_sim/`: run inside Isaac Sim. `launching.py`: start an Isaac Sim without a window. `host.py`: which it is.
- `repairs/`: workarounds for defects of Isaac Lab. `fused/`: faster action terms.
- `rendering/`: a rasteriser for cameras, thumbnails and films without Kit.
- `visualizers.py`: live views.
"""
