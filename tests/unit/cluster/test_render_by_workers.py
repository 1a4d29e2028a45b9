# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""`render` with workers: what they draw is copied into the output in order."""

import json
import time
from dataclasses import replace

import pytest

from isaaclab_mimic_core.cluster.render import RenderShared
from isaaclab_mimic_core.datasets import DatasetReader
from isaaclab_mimic_core.errors import OptionError
from isaaclab_mimic_core.events import DemoSaved, StageFinished
from isaaclab_mimic_core.options import RenderOptions
from isaaclab_mimic_core.sample import SAMPLE


class Shared(RenderShared):
    """Its workers draw without a simulation."""

    share = "drawn:start"


def test_demonstrations_come_in_order_and_a_run_goes_on(one_ray, tmp_path):
    output = tmp_path / "seen.hdf5"
    options = RenderOptions(input=str(SAMPLE), output=str(output), workers="1", episodes="0-4")
    events = []
    with Shared(options) as stage:
        while not stage.done:
            events += stage.step()
            time.sleep(0.02)
            if sum(isinstance(event, DemoSaved) for event in events) >= 2:
                stage.request("stop")
    assert isinstance(events[-1], StageFinished) and events[-1].outcome == "stopped"
    so_far = events[-1].summary["saved"]
    assert so_far >= 2

    with Shared(replace(options, workers="1", resume=True)) as stage:
        more = list(stage)
    assert more[-1].outcome == "done" and more[-1].summary["saved"] == 5
    with DatasetReader(output) as reader:
        for number, name in enumerate(reader.episode_names):
            assert (reader.read(name, ["obs/table_cam"]).data["obs/table_cam"] == number).all()
            assert reader.attrs(name)["mimic"]["rendered"]["from"] == f"demo_{number}"
    made = (tmp_path / "seen.hdf5.workers.jsonl").read_text().splitlines()
    assert [json.loads(line)["from"] for line in made] == [f"demo_{n}" for n in range(5)]
    assert not list(tmp_path.glob("*.rendering"))


@pytest.mark.parametrize("given", [{"video": "films"}, {"processes": 2}])
def test_what_workers_do_not_do_is_refused(given, tmp_path):
    options = RenderOptions(input=str(SAMPLE), output=str(tmp_path / "o.hdf5"), workers="2", **given)
    with pytest.raises(OptionError, match=r"--video|--processes"):
        RenderShared(options)
