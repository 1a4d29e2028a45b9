# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Drawing what cameras see in recorded demonstrations: `remote.render` hands them out, each process draws a `share`."""
