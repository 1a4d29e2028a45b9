# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Any robot whose end effectors are commanded by poses, read from the environment's own action terms.

`arm` is what one end effector's command means, `terms` reads it from Isaac Lab's action terms, `matching` finds its end
effector and its gripper, and `batched` is the environment that is made of arms.
"""
