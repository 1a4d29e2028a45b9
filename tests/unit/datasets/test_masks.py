# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Checks of masks before training."""

import h5py
import numpy as np
import pytest

from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.datasets.check import check_file
from isaaclab_mimic_core.datasets.info import format_summary, summarise
from isaaclab_mimic_core.errors import DatasetError

FIRST = ["demo_0", "demo_1"]


@pytest.fixture
def with_masks(make_file):
    """Makes a file of three demonstrations with masks."""

    def make(**masks: object):
        path = make_file(3)
        with h5py.File(path, "r+") as file:
            for key, names in masks.items():
                file[f"mask/{key}"] = np.array(names, dtype="S") if isinstance(names, list) else names
        return path

    return make


MASKS = {
    "a split": ({"train": FIRST, "valid": ["demo_2"]}, ""),
    "parts of the whole": ({"train": [*FIRST, "demo_2"], "half": FIRST, "half_train": ["demo_0"]}, ""),
    "an overlap": ({"train": FIRST, "valid": ["demo_1", "demo_2"]}, "the masks 'train' and 'valid' share demo_1"),
    "an overlap of parts": (
        {"half_train": FIRST, "half_valid": FIRST},
        "the masks 'half_train' and 'half_valid' share demo_0, demo_1",
    ),
    "one that is gone": ({"train": ["demo_0", "demo_77"]}, "mask/train names demo_77, which the file does not hold"),
    "one twice": ({"train": ["demo_0", "demo_0"]}, "mask/train names demo_0 more than once"),
    "none": ({"train": np.array([], dtype="S8")}, "mask/train names no demonstration"),
    "numbers": ({"train": np.arange(3)}, "mask/train is no list of names"),
    "bytes that are no text": (
        {"train": np.array([b"demo_0", b"\x1b[2J"])},
        "mask/train names \\x1b[2J, which the file does not hold",
    ),
}


@pytest.mark.parametrize(("masks", "words"), MASKS.values(), ids=MASKS)
def test_check_and_info_say_what_a_training_would(with_masks, masks, words):
    path = with_masks(**masks)
    found = [finding.message for finding in check_file(path).findings if finding.check == "mask"]
    summary = summarise(path)
    assert found == summary["mask_faults"] == ([words] if words else [])
    assert list(summary["masks"]) == sorted(masks)
    assert (f"note          {words}\n" in format_summary(summary)) == bool(words)


def test_info_lists_masks_so_that_an_absent_one_is_seen(with_masks):
    path = with_masks(train=FIRST, valid=["demo_2"])
    assert "  masks         train (2), valid (1)\n" in format_summary(summarise(path))
    with DatasetReader(path) as reader, pytest.raises(DatasetError, match="It has the masks train, valid"):
        reader.mask("half")


def test_a_mask_with_its_values_in_another_file_is_not_followed(with_masks, tmp_path):
    other = tmp_path / "other.hdf5"
    with h5py.File(other, "w") as file:
        file["names"] = np.array([b"demo_0"])
    path = with_masks()
    with h5py.File(path, "r+") as file:
        plan = h5py.VirtualLayout((1,), "S6")
        plan[...] = h5py.VirtualSource(str(other), "names", shape=(1,))
        file.create_virtual_dataset("mask/train", plan)
    assert summarise(path)["mask_faults"] == ["mask/train has its values in another file, which is not opened"]
