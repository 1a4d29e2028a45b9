# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""A task as a YAML file: what only a person can know of it; what its environment says need not be written.

The keys are those of isaac-sim/AutoData 0.1 (its documentation's pages Task Descriptors and Embodiments), whose files
load as they are, and some of our own: `env`, `embodiment`, `signals`, `success`, and `next_subtask_description` and
`subtask_start_offset_range` of a subtask. `schema` is the keys, `reading` and `writing` the two ways, and `applying`
what an environment's configuration gets of it. The task that a file is, is in `tasks.described`.
"""

from .applying import apply
from .reading import Descriptor, read_descriptor
from .writing import format_descriptor

__all__ = ["Descriptor", "apply", "format_descriptor", "read_descriptor"]
