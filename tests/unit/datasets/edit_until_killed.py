# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Edits files until it is killed; prints the names of demonstrations as they are reported saved.

Arguments: `merge A B OUTPUT`, or `drop FILE` for dropping the first demonstration in place again and again.
"""

import sys

from isaaclab_mimic_core.datasets.edit import drop, merge


def tell(kept, number: int, count: int) -> None:
    print(kept.name, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "merge":
        merge(sys.argv[2:4], sys.argv[4], on_saved=tell)
    else:
        while True:
            drop(sys.argv[2], ["demo_0"], in_place=True)
            print("dropped", flush=True)
