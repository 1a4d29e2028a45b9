# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Random numbers: the right distributions, and functions of nothing but stream, position and channel."""

import pytest
import torch
from scipy import stats

from isaaclab_mimic_core.randomness import integers, normal, streams, uniform

COUNT = 4000


@pytest.fixture
def many() -> torch.Tensor:
    return streams(1, "test", torch.arange(COUNT))


def test_uniform(many):
    draws = uniform(many, 0, 3)
    assert draws.shape == (COUNT, 3) and draws.dtype == torch.float32
    assert draws.min() > 0 and draws.max() < 1
    for channel in range(3):
        assert stats.kstest(draws[:, channel].numpy(), "uniform").pvalue > 0.001


@pytest.mark.parametrize("channels", [1, 2, 5])
def test_normal(many, channels):
    draws = normal(many, 3, channels)
    assert draws.shape == (COUNT, channels)
    for channel in range(channels):
        assert stats.kstest(draws[:, channel].numpy(), "norm").pvalue > 0.001


def test_along_a_stream_too():
    stream = streams(1, "test", torch.tensor(0)).expand(COUNT)
    assert stats.kstest(uniform(stream, torch.arange(COUNT), 1)[:, 0].numpy(), "uniform").pvalue > 0.001


def test_the_largest_and_the_least_draw_lie_inside_the_interval():
    # What the last step of `uniform` makes of the extreme bits.
    for bits in (0, 2**23 - 1):
        assert 0 < float((torch.tensor(bits).float() + 0.5) * 2.0**-23) < 1


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(lambda: uniform(streams(2, "test", torch.arange(COUNT)), 0, 6), id="seed"),
        pytest.param(lambda: uniform(streams(1, "noise", torch.arange(COUNT)), 0, 6), id="purpose"),
        pytest.param(lambda: uniform(streams(1, "test", 1 + torch.arange(COUNT)), 0, 6), id="number"),
        pytest.param(lambda: uniform(streams(1, "test", torch.arange(COUNT)), 1, 6), id="position"),
    ],
)
def test_independent(many, other):
    correlation = torch.corrcoef(torch.cat([uniform(many, 0, 6), other()], dim=1).T)[:6, 6:]
    # The standard deviation of a correlation of independent draws is 1 / sqrt(COUNT) = 0.016.
    assert correlation.abs().max() < 0.07


@pytest.mark.parametrize(("first", "second"), [(10, 6), (3, 12), (1, 1)])
def test_positions_share_nothing_whatever_their_channels(many, first, second):
    """Once a draw's place was position times channels, so that draws of different widths overlapped: initial joint
    angles were tied to the first object's pose, and the first segments' starts to their ends."""
    stream = many[:1]
    drawn = uniform(stream, 0, first)[0].tolist()
    later = [value for position in (1, 2, 3) for value in uniform(stream, position, second)[0].tolist()]
    assert len(set(drawn) | set(later)) == len(drawn) + len(later)


def test_more_channels_only_add_to_a_draw(many):
    torch.testing.assert_close(uniform(many, 4, 6)[:, :2], uniform(many, 4, 2), rtol=0, atol=0)


def test_the_same_in_whatever_batch(many):
    steps = torch.arange(COUNT) % 250
    whole = normal(many, steps, 6)
    some = torch.tensor([5, 17, 3999])
    assert torch.equal(normal(many[some], steps[some], 6), whole[some])
    assert torch.equal(normal(many[17], 17, 6), whole[17])
    assert torch.equal(normal(many.reshape(40, 100), steps.reshape(40, 100), 6).reshape(COUNT, 6), whole)


def test_integers_reach_both_bounds_equally_often(many):
    low, high = torch.tensor([-2, 10, 7]), torch.tensor([1, 20, 7])
    draws = integers(many, 0, low, high)
    assert draws.dtype == torch.int64
    for channel in range(3):
        values, times = draws[:, channel].unique(return_counts=True)
        assert values.tolist() == list(range(int(low[channel]), int(high[channel]) + 1))
        if len(values) > 1:
            assert stats.chisquare(times.numpy()).pvalue > 0.001


def test_a_seed_keeps_its_meaning():
    """The same bits on every machine and in every version."""
    stream = streams(42, "noise", torch.tensor([0, 1, 2]))
    assert stream.tolist() == [-8174410220723773872, 8538909235810993332, 6436397566880978737]
    known = [[0.34225887060165405, 0.2430385947227478], [0.7090451121330261, 0.6284173130989075]]
    torch.testing.assert_close(uniform(stream[:2], 5, 2), torch.tensor(known), rtol=0, atol=0)
