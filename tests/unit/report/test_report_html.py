# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Tests of the report: its figures against ones computed here, its form, and what it does with odd input."""

import base64
import re
from html.parser import HTMLParser

import h5py
import numpy as np
import pytest
from empty_file import write_empty

from isaaclab_mimic_core.errors import InputFileError, OutputError
from isaaclab_mimic_core.events import StageFailed, Warned
from isaaclab_mimic_core.report import RunRecord, write_report
from isaaclab_mimic_core.report.page import MAX_ROWS, Example, Strip

PLOTS = ["causes", "lengths", "paths", "source_success", "sources", "starts", "subtasks", "success"]
FAILURES = [("not_grasped", "arm/0"), ("dropped", "arm/1"), ("dropped", "arm/1"), ("unstable", "")]
VOID = {"meta", "img"}


class Page(HTMLParser):
    """Reads a report as a browser does: its text, its tables, its tags; checks that they are nested properly."""

    def __init__(self, path):
        super().__init__()
        self.source = path.read_text(encoding="utf-8")
        self.text, self.images, self.tags = "", [], set()
        self.tables: list[list[list[str]]] = []
        self._open: list[str] = []
        self.feed(self.source)
        assert not self._open

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "img":
            self.images.append(dict(attrs)["src"])
        if tag not in VOID:
            self._open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if "style" in self._open:
            return
        self.text += data
        if self._open and self._open[-1] in ("td", "th"):
            self.tables[-1][-1][-1] += data

    def table(self, heading: str) -> list[list[str]]:
        return next(table for table in self.tables if table[0][0] == heading)

    def pairs(self) -> dict[str, str]:
        return {row[0]: row[1] for table in self.tables for row in table if len(row) == 2}


@pytest.fixture
def report(tmp_path, source_file, make_generated, make_record):
    """Six demonstrations saved in ten attempts."""
    record = make_record(6, FAILURES)
    record.phases = {"Opening": 5.0, "Generating": 30.0}
    return Page(write_report(tmp_path / "out", record, make_generated(6), source_file))


def test_headline(report):
    assert re.search(r"6\s*demos saved", report.text)
    assert "6 wanted" in report.text
    assert re.search(r"60 %\s*success rate", report.text)
    assert "4 of 10 attempts failed" in report.text
    assert re.search(r"35 s\s*time", report.text)
    assert re.search(r"12\.0\s*demos per minute", report.text)
    steps = sum(range(100, 106)) + 4 * 80
    assert re.search(rf"{steps / 6:.0f}\s*steps per saved demo", report.text)
    assert f"{steps / sum(range(100, 106)):.2f} × a demo's own" in report.text


def test_tables(report):
    assert report.table("phase")[1:] == [
        ["Opening", "5.0", "14 %"],
        ["Generating", "30.0", "86 %"],
        ["together", "35.0", "100 %"],
    ]
    causes = report.table("subtask")[1:]
    assert [row[:4] for row in causes] == [
        ["arm/1, to the end", "dropped", "2", "20 %"],
        ["arm/0, until grasp", "not grasped", "1", "10 %"],
        ["no certain subtask", "unstable", "1", "10 %"],
    ]
    # Six demos: demo_0 throughout in the first subtask, then demo_0, 1, 2 in turn; the four failures used demo_1.
    assert report.table("source")[1:] == [
        ["demo_0", "40", "8", "6", "6", "100 %"],
        ["demo_1", "50", "2", "2", "6", "33 %"],
        ["demo_2", "60", "2", "2", "2", "100 %"],
    ]
    demos = report.table("demonstration")
    assert demos[1] == ["demo_0", "100", "0", "0", "demo_0 ×2"]
    assert demos[6] == ["demo_5", "105", "10", "1", "demo_0, demo_2"]


def test_settings_say_what_auto_became(report):
    stated = report.pairs()
    assert (stated["num envs"], stated["device"], stated["seed"], stated["hold"]) == ("4", "cpu", "7", "10")
    assert (stated["isaaclab"], stated["torch"]) == ("3.0.0", "2.11.0")


def test_one_file_with_all_plots(report, tmp_path):
    assert not report.tags & {"script", "link", "iframe", "object"}
    assert not re.search(r"https?://|url\(|@import", report.source)
    assert len(report.images) == len(PLOTS)
    files = {file.read_bytes() for file in (tmp_path / "out").glob("*.png")}
    embedded = {base64.b64decode(image.removeprefix("data:image/png;base64,")) for image in report.images}
    assert embedded == files
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == sorted(
        [*(f"{name}.png" for name in PLOTS), "report.html", "run.json"]
    )


def test_made_again_from_its_folder(report, tmp_path, source_file):
    record = RunRecord.load(tmp_path / "out" / "run.json")
    again = write_report(tmp_path / "out", record, tmp_path / "generated.hdf5", source_file)
    assert again.read_text(encoding="utf-8") == report.source


def test_examples_are_in_the_page_itself(tmp_path, make_record, make_generated):
    strips = [Strip(b"above", ["0.0 s", "<1>"]), Strip(b"below", ["from demo_1", "from demo_2"])]
    examples = [Example("demo_0, 9 steps", strips), Example("Failed: dropped", strips[:1])]
    page = Page(write_report(tmp_path / "out", make_record(1, []), make_generated(1), examples=examples))
    shown = [each.removeprefix("data:image/jpeg;base64,") for each in page.images if "jpeg" in each]
    assert [base64.b64decode(each) for each in shown] == [b"above", b"below", b"above"]
    assert "Failed: dropped" in page.text and "<1>" in page.text and "from demo_2" in page.text


def test_names_are_escaped(tmp_path, source_file, make_generated, make_record):
    evil = "<script>alert('x')</script>&amp;"
    record = make_record(2, [(evil, f"{evil}/0")])
    record.options["task"] = evil
    record.phases = {evil: 1.0}
    record.add(Warned(evil), 9.0)
    record.add(StageFailed(evil), 9.0)
    page = Page(
        write_report(tmp_path / evil.replace("/", "_"), record, make_generated(2, first_source=evil), source_file)
    )
    assert "script" not in page.tags
    assert evil in page.text
    assert page.table("phase")[1][0] == evil
    assert evil in page.table("demonstration")[1][-1]


@pytest.mark.parametrize("empty", [False, True])
def test_only_failures(tmp_path, source_file, make_record, empty):
    generated = write_empty(tmp_path / "generated.hdf5", "Stack") if empty else None
    page = Page(write_report(tmp_path, make_record(0, FAILURES, "gave_up"), generated, source_file))
    assert "The run gave up" in page.text
    assert re.search(r"0 %\s*success rate", page.text)
    assert "No demonstration was saved." in page.text
    assert len(page.images) == len(PLOTS) - 1


def test_nothing_failed(tmp_path, source_file, make_generated, make_record):
    page = Page(write_report(tmp_path, make_record(1, []), make_generated(1), source_file))
    assert re.search(r"100 %\s*success rate", page.text)
    assert "1 demonstration was generated from 3" in page.text
    assert len(page.images) == len(PLOTS)
    assert "subtask" not in [table[0][0] for table in page.tables]


def test_empty_record_and_empty_file(tmp_path):
    page = Page(write_report(tmp_path, RunRecord(), write_empty(tmp_path / "generated.hdf5", "Stack")))
    assert "There is no record of the run" in page.text
    assert not page.images


def test_files_by_other_programs(tmp_path):
    """Isaac Lab's own generator leaves no provenance, and a task may observe other things."""
    path = tmp_path / "upstream.hdf5"
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        data.attrs["env_args"] = "{not json"
        for i in range(3):
            demo = data.create_group(f"demo_{i}")
            demo.attrs["num_samples"] = 20 + i
            demo["actions"] = np.zeros((20 + i, 7))
            demo["obs/joint_pos"] = np.zeros((20 + i, 9))
    page = Page(write_report(tmp_path / "out", RunRecord(), path, path))
    assert len(page.images) == 1
    for reason in (
        "The files hold no end-effector positions",
        "The files hold no initial states of rigid objects.",
        "The demonstrations do not say where they come from.",
    ):
        assert reason in page.text
    assert [row[:2] for row in page.table("demonstration")[1:]] == [
        ["demo_0", "20"],
        ["demo_1", "21"],
        ["demo_2", "22"],
    ]


def test_source_that_is_gone(tmp_path, make_generated, make_record):
    page = Page(write_report(tmp_path / "out", make_record(3, []), make_generated(3), tmp_path / "gone.hdf5"))
    assert "The source dataset could not be read" in page.text
    assert len(page.images) == len(PLOTS)


def test_generated_file_that_is_gone(tmp_path):
    with pytest.raises(InputFileError):
        write_report(tmp_path / "out", RunRecord(), tmp_path / "gone.hdf5")
    assert not (tmp_path / "out").exists()


def test_file_of_several_runs(tmp_path, make_generated, make_record):
    page = Page(write_report(tmp_path, make_record(2, []), make_generated(5)))
    assert "The file holds 5 demonstrations, this run saved 2 of them" in page.text


def test_long_tables_are_cut(tmp_path, source_file, make_generated, make_record):
    page = Page(
        write_report(tmp_path / "out", make_record(MAX_ROWS + 5, []), make_generated(MAX_ROWS + 5), source_file)
    )
    assert len(page.table("demonstration")) == 1 + MAX_ROWS
    assert f"The first {MAX_ROWS} of {MAX_ROWS + 5} rows" in page.text
    assert len(page.images) == len(PLOTS)


def test_plots_of_an_older_report_go(report, tmp_path):
    write_report(tmp_path / "out", RunRecord(), None)
    assert not list((tmp_path / "out").glob("*.png"))


def test_folder_that_cannot_be_written(tmp_path, make_generated):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write_report(tmp_path / "file" / "out", RunRecord(), make_generated(1))
