# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A rasteriser for Isaac Lab's cameras that needs no Kit and renders all environments at once.

- `renderer_cfg.py`, `renderer.py`: the renderer for a camera's `renderer_cfg`.
- `newton_model.py`: read the scene from the Newton model that Isaac Lab builds.
- `surfaces.py`: triangles of shapes. `hidden.py`: which of them can be seen. `detail.py`: coarser levels of detail.
- `array_cache.py`: what takes seconds to make, in the cache folder.
- `scene.py`, `structs.py`: the arrays on the device.
- `rasterizer.py`: render one camera of every environment. `visibility.py`, `shading.py`: its kernels.
- `camera_file.py`, `added_cameras.py`: cameras from a YAML file.
- `randomization.py`, `appearance.py`: visual randomization, its ranges from a YAML file.

Newton's own renderer casts rays. It renders the same images, and supports things that this one does not.
"""
