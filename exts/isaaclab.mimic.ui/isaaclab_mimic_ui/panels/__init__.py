# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The panels, one file each."""

from .annotate import AnnotatePanel
from .annotate_manual import AnnotateManualPanel
from .dataset import DatasetPanel
from .evaluate import EvaluatePanel
from .generate import GeneratePanel
from .preview import PreviewPanel
from .propose import ProposePanel
from .record import RecordPanel
from .replay import ReplayPanel
from .train import TrainPanel

PANELS = {
    "preview": PreviewPanel,
    "record": RecordPanel,
    "replay": ReplayPanel,
    "annotate": AnnotatePanel,
    "annotate_manual": AnnotateManualPanel,
    "propose": ProposePanel,
    "generate": GeneratePanel,
    "train": TrainPanel,
    "evaluate": EvaluatePanel,
    "play": EvaluatePanel,
    "dataset": DatasetPanel,
}
"""Name of a step -> its panel."""
