# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Pictures without Kit: a rasteriser that draws what Isaac Lab's cameras see, in all environments at once.

`surfaces` and `detail` turn shapes into triangles, `scene` lays them on the device, `visibility` and `shading` hold the
kernels that draw them, `rasterizer` calls these for one camera of every environment. None of these knows a simulation.
`newton_model` reads the scene from the model that Isaac Lab builds, and `renderer` is what a camera's `renderer_cfg`
(`renderer_cfg.RasterizerCfg`) names. Newton's own renderer casts rays: it draws the same pictures, and also what this
one does not draw.
"""
