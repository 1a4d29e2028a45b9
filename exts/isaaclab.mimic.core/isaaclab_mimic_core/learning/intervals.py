# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How sure a success rate is."""

import math

_Z = 1.959963984540054
"""95 % of a standard normal distribution lie within so many deviations."""


def wilson(successes: int, rollouts: int) -> tuple[float, float]:
    """Return the 95 % interval of a success rate.

    Wilson's score interval keeps its promise for few rollouts and for rates near 0 and 1, where the usual one does not
    (E. B. Wilson, Journal of the American Statistical Association 22, 1927; Brown, Cai and DasGupta, Statistical
    Science 16, 2001).

    Returns:
        Its lower and upper end; (0, 1) without rollouts.
    """
    if rollouts == 0:
        return 0.0, 1.0
    rate = successes / rollouts
    scale = 1.0 + _Z**2 / rollouts
    middle = (rate + _Z**2 / (2 * rollouts)) / scale
    half = _Z * math.sqrt(rate * (1 - rate) / rollouts + _Z**2 / (4 * rollouts**2)) / scale
    return max(0.0, middle - half), min(1.0, middle + half)
