# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Trajectories: transform a source segment to the object's current pose, and interpolate to its start.

- `buffer.py`: the current trajectory of every end effector in every environment.
- `transform.py`: move a source segment with its object. `grasp.py`: correct it for how the object is held.
- `object_size.py`: shift it where objects have other sizes than in the source.
- `interpolate.py`: waypoints from one pose to another.
- `compose.py`: join interpolation and segment into one trajectory.
- `noise.py`: the noise on actions.
"""
