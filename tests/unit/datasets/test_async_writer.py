# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

import threading

import pytest
from waiting import LIMIT, wait_until

from isaaclab_mimic_core.datasets import BackgroundWriter, DatasetReader, DatasetWriter
from isaaclab_mimic_core.errors import OutputError

ENV = {"env_name": "T"}


@pytest.fixture
def writer(tmp_path) -> DatasetWriter:
    return DatasetWriter(tmp_path / "a.hdf5", ENV)


def test_everything_submitted_is_saved_in_order(writer, make_episode, assert_same):
    background = BackgroundWriter(writer, max_pending=4)
    saved = []
    for i in range(20):
        background.submit(make_episode(20 + i, seed=i))
        saved += background.poll()
    saved += background.finish()
    assert [(episode.name, episode.num_samples) for episode in saved] == [(f"demo_{i}", 20 + i) for i in range(20)]
    assert background.num_pending == 0
    with DatasetReader(writer.path) as reader:
        for i, episode in enumerate(reader.episodes()):
            assert_same(episode, make_episode(20 + i, seed=i))


def test_those_that_wait_are_committed_together_and_memory_is_bounded(writer, make_episode, monkeypatch):
    commits, go = [], threading.Event()
    original = writer.commit

    def slow_commit(most=None):
        go.wait()
        saved = original(most)
        commits.append(len(saved))
        return saved

    monkeypatch.setattr(writer, "commit", slow_commit)
    background = BackgroundWriter(writer, max_pending=3)
    for _ in range(3):
        background.submit(make_episode())
    assert background.poll() == []
    fourth = threading.Thread(target=background.submit, args=[make_episode()])
    fourth.start()
    # Nothing is saved before `go`: a fourth that was taken would be seen, however late.
    fourth.join(0.05)
    assert fourth.is_alive() and background.num_pending == 3
    go.set()
    fourth.join(LIMIT)
    background.close()
    assert sum(commits) == 4 and len([size for size in commits if size]) <= 3


def test_closing_saves_and_may_be_repeated(writer, make_episode):
    with BackgroundWriter(writer) as background:
        background.submit(make_episode())
    background.close()
    assert [episode.name for episode in background.poll()] == ["demo_0"]
    assert background.finish() == []
    with pytest.raises(ValueError, match="closed"):
        background.submit(make_episode())


def fail_third_commit(writer: DatasetWriter, monkeypatch) -> None:
    original, calls = writer.commit, []

    def commit(most=None):
        calls.append(None)
        if len(calls) == 3:
            raise OutputError("was removed while it was being written", where=str(writer.path))
        return original(most)

    monkeypatch.setattr(writer, "commit", commit)


def test_an_error_reaches_the_caller_after_what_was_saved(writer, make_episode, monkeypatch):
    fail_third_commit(writer, monkeypatch)
    background = BackgroundWriter(writer, max_pending=1)
    with pytest.raises(OutputError, match="was removed"):
        for _ in range(10):
            background.submit(make_episode())
    assert [episode.name for episode in background.poll()] == ["demo_0", "demo_1"]
    with pytest.raises(OutputError, match="was removed"):
        background.poll()
    with pytest.raises(OutputError, match="was removed"):
        background.finish()
    background.close()
    # What was not reported as saved does not appear later, and another writer is let in.
    DatasetWriter(writer.path, ENV, mode="append").close()
    with DatasetReader(writer.path) as reader:
        assert len(reader) == 2


def test_an_error_nobody_was_told_of_is_raised_on_closing(writer, make_episode, monkeypatch):
    fail_third_commit(writer, monkeypatch)
    background = BackgroundWriter(writer)
    for _ in range(3):
        background.submit(make_episode())
        wait_until(lambda: not background.num_pending, "the writer")
    with pytest.raises(OutputError):
        background.close()
    background.close()
    assert len(background.poll()) == 2
