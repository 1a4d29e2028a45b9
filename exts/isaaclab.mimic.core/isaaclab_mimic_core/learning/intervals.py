# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""How sure a success rate is."""

import functools


@functools.cache
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
    # Late, for it takes a second to import; kept, for it takes 2 ms, and a sweep asks again and again.
    from scipy.stats import binomtest

    interval = binomtest(successes, rollouts).proportion_ci(confidence_level=0.95, method="wilson")
    return float(interval.low), float(interval.high)
