# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Where keys and gamepad controls come from: a terminal, Kit's carb.input. A window of one's own does as these do."""
