# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""isaaclab_ov 3.0.0 asks warp for pinned host memory even on the CPU, which warp cannot give without a CUDA driver.

Pinned memory only speeds up copies to a GPU, so without one plain memory does the same.
"""

import functools

_ALLOCATORS = (
    "zeros",
    "empty",
    "ones",
    "full",
    "zeros_like",
    "empty_like",
    "ones_like",
    "full_like",
    "clone",
)


def allow_pinned_without_cuda() -> bool:
    """Make warp's allocators ignore `pinned` where pinning is impossible; return whether that was needed.

    Must run before isaaclab's backends are imported: some keep references of their own to the allocators.
    """
    import warp as wp

    wp.config.quiet = True
    wp.init()
    if wp.is_cuda_available() or _pinning_works(wp):
        return False
    for name in _ALLOCATORS:
        setattr(wp, name, _without_pinned(getattr(wp, name)))
    return True


def _pinning_works(wp) -> bool:
    try:
        wp.zeros(1, dtype=wp.float32, device="cpu", pinned=True)
    except RuntimeError:
        return False
    return True


def _without_pinned(allocator):
    @functools.wraps(allocator)
    def allocate(*args, **kwargs):
        kwargs.pop("pinned", None)
        return allocator(*args, **kwargs)

    return allocate
