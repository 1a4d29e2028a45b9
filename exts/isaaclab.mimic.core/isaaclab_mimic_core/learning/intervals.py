# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Confidence intervals of success rates."""

import functools


@functools.cache
def wilson(successes: int, rollouts: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of a success rate.

    Wilson's score interval has the right coverage for few rollouts and for rates near 0 and 1, where the normal
    approximation has not (E. B. Wilson, Journal of the American Statistical Association 22, 1927; Brown, Cai and
    DasGupta, Statistical Science 16, 2001).

    Returns:
        Its lower and upper end; (0, 1) without rollouts.
    """
    if rollouts == 0:
        return 0.0, 1.0
    # Imported late, because it takes a second. Cached, because a call takes 2 ms and a sweep makes many.
    from scipy.stats import binomtest

    interval = binomtest(successes, rollouts).proportion_ci(confidence_level=0.95, method="wilson")
    return float(interval.low), float(interval.high)
