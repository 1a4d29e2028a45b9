# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Dataset files: episodes in the HDF5 layout that Isaac Lab, robomimic and this project share.

- `writer.py` writes dataset files, `async_writer.py` does so in a background thread, `reader.py` reads them.
- `layout.py`: the names in a file. `episode.py`: one demonstration in memory.
- `check/`: find faults of demonstrations. `edit/`: merge, select, drop, convert.
- `export/`: videos, files for Rerun. `lerobot/`: export to and import from LeRobot's format. `episode_recorder.py`:
  import what Isaac Sim's Episode Recorder keeps.

This package needs numpy and h5py, but neither a simulator nor torch.
"""

from ..flat_paths import flatten, nest
from .async_writer import BackgroundWriter
from .digest import digest
from .episode import Episode
from .frames import FrameSpool
from .info import format_summary, summarise
from .reader import DatasetReader, read_dataset
from .signals import first_change
from .validate import validate_source
from .writer import DatasetWriter, SavedEpisode, dataset_path

__all__ = [
    "BackgroundWriter",
    "DatasetReader",
    "DatasetWriter",
    "Episode",
    "FrameSpool",
    "SavedEpisode",
    "dataset_path",
    "digest",
    "first_change",
    "flatten",
    "format_summary",
    "nest",
    "read_dataset",
    "summarise",
    "validate_source",
]
