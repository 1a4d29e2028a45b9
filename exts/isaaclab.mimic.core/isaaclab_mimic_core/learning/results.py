# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The results of an evaluation as numbers, a table and a picture."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from .intervals import wilson
from .rollouts import Rollout


def summarise(name: str, variant: str, rollouts: Iterable[Rollout]) -> dict:
    """Return a policy's results as plain data: counts, success rates with 95 % intervals, mean length, causes."""
    done = list(rollouts)
    held, ever = sum(r.success for r in done), sum(r.ever for r in done)
    won = [r.steps for r in done if r.success]
    causes = Counter(f"{r.cause} {r.subtask}".strip() for r in done if not r.success)
    low, high = wilson(held, len(done))
    ever_low, ever_high = wilson(ever, len(done))
    return {
        "checkpoint": name,
        "variant": variant,
        "rollouts": len(done),
        "success": held,
        "success_rate": held / max(1, len(done)),
        "low": low,
        "high": high,
        "ever": ever,
        "ever_rate": ever / max(1, len(done)),
        "ever_low": ever_low,
        "ever_high": ever_high,
        "mean_steps": sum(won) / len(won) if won else None,
        "causes": dict(causes.most_common()),
    }


def format_table(results: list[dict]) -> str:
    """Return results as a table in Markdown."""
    rows = [("policy", "rollouts", "success at the end", "95 %", "at any moment", "95 %", "steps", "failures")]
    for result in results:
        name = Path(result["checkpoint"]).stem + (f" ({result['variant']})" if result["variant"] else "")
        causes = ", ".join(f"{count} {cause}" for cause, count in result["causes"].items())
        rows.append(
            (
                name,
                str(result["rollouts"]),
                f"{result['success_rate']:.1%}",
                f"{result['low']:.1%} – {result['high']:.1%}",
                f"{result['ever_rate']:.1%}",
                f"{result['ever_low']:.1%} – {result['ever_high']:.1%}",
                "" if result["mean_steps"] is None else f"{result['mean_steps']:.0f}",
                causes,
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *lines[1:]])


def draw(results: list[dict], path: Path) -> None:
    """Draw success rates with their intervals, and the causes of failure, into a PNG file."""
    from matplotlib.figure import Figure

    labels = [Path(r["checkpoint"]).stem + (f"\n{r['variant']}" if r["variant"] else "") for r in results]
    figure = Figure(figsize=(max(6.0, 1.0 + 0.6 * len(results)), 6.0), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    places = list(range(len(results)))
    for shift, rate, low, high, label in (
        (-0.1, "success_rate", "low", "high", "at the end"),
        (0.1, "ever_rate", "ever_low", "ever_high", "at any moment"),
    ):
        spread = [
            [max(0.0, r[rate] - r[low]) for r in results],
            [max(0.0, r[high] - r[rate]) for r in results],
        ]
        above.errorbar([x + shift for x in places], [r[rate] for r in results], yerr=spread, fmt="o", label=label)
    above.set(ylim=(-0.02, 1.02), ylabel="success rate, 95 %")
    above.grid(alpha=0.3)
    above.legend()
    bottom = [0.0] * len(results)
    for cause in sorted({cause for r in results for cause in r["causes"]}):
        share = [r["causes"].get(cause, 0) / max(1, r["rollouts"]) for r in results]
        below.bar(places, share, bottom=bottom, label=cause)
        bottom = [a + b for a, b in zip(bottom, share, strict=True)]
    below.set(ylabel="failures, share of rollouts")
    if any(bottom):
        below.legend(fontsize="small")
    below.set_xticks(places, labels, rotation=60 if len(results) > 4 else 0, fontsize="small")
    figure.savefig(path, dpi=120, format="png")
