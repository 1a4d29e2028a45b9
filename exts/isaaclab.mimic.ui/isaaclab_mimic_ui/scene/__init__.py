# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One environment drawn in lines and pictures, in a viewport or in a view of its own."""
