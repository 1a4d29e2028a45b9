# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""One file a panel."""

from .annotate import AnnotatePanel
from .annotate_manual import MarkPanel
from .dataset import DataPanel
from .evaluate import PlayPanel
from .generate import GeneratePanel
from .preview import LookPanel
from .record import RecordPanel
from .replay import ReplayPanel
from .train import TrainPanel

PANELS = {
    "look": LookPanel,
    "record": RecordPanel,
    "replay": ReplayPanel,
    "annotate": AnnotatePanel,
    "mark": MarkPanel,
    "generate": GeneratePanel,
    "train": TrainPanel,
    "play": PlayPanel,
    "watch": PlayPanel,
    "data": DataPanel,
}
"""Name of a step -> its panel."""
