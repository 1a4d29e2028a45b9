# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Inverse kinematics of all arms of a robot, and of what carries them, in all environments at once.

It takes the place of Isaac Lab's Pink action term, which solves one quadratic program after the other for each
environment. Damped least squares with a posture in the null space: S. Buss, "Introduction to Inverse Kinematics with
Jacobian Transpose, Pseudoinverse and Damped Least Squares methods" (2004), and A. Liegeois, "Automatic Supervisory
Control of the Configuration and Behavior of Multibody Mechanisms" (1977).
"""

from .choice import IK, use_ik

__all__ = ["IK", "use_ik"]
