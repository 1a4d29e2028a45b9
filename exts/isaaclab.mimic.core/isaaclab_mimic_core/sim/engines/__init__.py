# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The physics engines a task can run on."""

from .choice import ENGINES, automatic_engine, choose_engine, configure_engine, in_this_application

__all__ = ["ENGINES", "automatic_engine", "choose_engine", "configure_engine", "in_this_application"]
