# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Validate the arrays of demonstrations before a file is used.

Training, replay, annotation, generation and export each use certain arrays of every demonstration. They validate these
first: with `require` if they need all demonstrations, with `usable` if they can leave some out. `mimic check` uses the
same code for everything in a file.

The rules, with the names of the findings in brackets:

- actions exist and have the shape (samples, width) with at least one sample (`missing`, `empty`, `shape`)
- every array and group asked for exists (`missing`)
- it can be read: no link out of the file, no size that the file cannot hold, nothing damaged (`damaged`)
- it holds numbers or booleans (`not_numeric`)
- it has as many rows as there are actions; an initial state has one (`rows`)
- the initial state has all arrays that the states have (`initial_state`)
- shape and type of a sample are the same as in most of these demonstrations (`mixed_layouts`)
- its values are finite (`not_finite`); the values of images are not read
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from ...errors import LOOK_INTO, DatasetError, Remedy
from .. import layout
from ..reader import DatasetReader
from ..tree import Unreadable
from . import content
from .across import layouts
from .demo import Outline, is_image, outline
from .finding import Finding

LEAVE_OUT = Remedy("mimic check FILE names everything that is wrong; mimic drop leaves demonstrations out.", LOOK_INTO)


def require(
    reader: DatasetReader,
    terms: Iterable[str],
    names: Iterable[str] | None = None,
    *,
    values: bool = True,
    last_observation: bool = False,
) -> None:
    """Raise an error unless all demonstrations can be used.

    First check all demonstrations without reading values, then read values, one demonstration at a time.

    Args:
        reader: The file.
        terms: Flat paths of the arrays (`obs/eef_pos`) or groups (`states`) that will be used. `actions` are always
            checked.
        names: The demonstrations; all if None.
        values: Whether to read values, to find those that are damaged or not finite.
        last_observation: Whether observations may have one row more than the actions, as in robomimic's datasets: the
            observation after the last action.

    Raises:
        DatasetError: The first fault; names the demonstration and the array.
    """
    for finding in faults(reader, terms, names, values=values, last_observation=last_observation):
        raise as_error(finding, reader)


def checked_values(reader: DatasetReader, name: str, path: str) -> np.ndarray:
    """Read an array that `require` has checked without values, and check its values.

    Raises:
        DatasetError: The array is damaged or not finite.
    """
    try:
        found = reader.values(name, path)
    except Unreadable as error:
        raise as_error(Finding("error", "damaged", name, f"{path} {error}"), reader) from error
    for finding in content.finite(name, path, found):
        raise as_error(finding, reader)
    return found


def usable(
    reader: DatasetReader,
    terms: Iterable[str],
    names: Iterable[str] | None = None,
    *,
    values: bool = True,
    last_observation: bool = False,
) -> tuple[list[str], dict[str, Finding]]:
    """Separate the demonstrations that can be used from the others.

    Args:
        reader, terms, names, values, last_observation: As for `require`.

    Returns:
        Names of the usable demonstrations, in order; and name -> first finding of the others.
    """
    names = list(reader.episode_names if names is None else names)
    found: dict[str, Finding] = {}
    for finding in faults(reader, terms, names, values=values, last_observation=last_observation):
        found.setdefault(finding.demo, finding)
    return [name for name in names if name not in found], found


def faults(
    reader: DatasetReader,
    terms: Iterable[str],
    names: Iterable[str] | None = None,
    *,
    values: bool = True,
    last_observation: bool = False,
) -> Iterator[Finding]:
    """Yield the findings because of which demonstrations cannot be used.

    Args:
        reader, terms, names, values, last_observation: As for `require`.

    Raises:
        DatasetError: The file lacks one of the names.
    """
    wanted = list(dict.fromkeys([layout.ACTIONS, *terms]))
    # The initial state is compared with the states. Checking arrays that nobody uses would only take time.
    concerned = [*wanted, layout.STATES] if layout.INITIAL_STATE in wanted else wanted
    demos = [outline(reader, name, concerned) for name in (reader.episode_names if names is None else names)]
    for demo in demos:
        yield from _structure(reader, demo, wanted, last_observation)
    differing = layouts([demo for demo in demos if demo.is_known], wanted)
    yield from (finding for finding in differing if finding.level == "error")
    for demo in demos if values else ():
        yield from _values(reader, demo, wanted)


def require_storable(reader: DatasetReader, names: Iterable[str]) -> None:
    """Raise an error unless demonstrations can be copied into another file. Other faults are allowed.

    Raises:
        DatasetError: A demonstration has no actions, or an array that is damaged or not numeric.
    """
    for demo in (outline(reader, name) for name in names):
        for family in (content.damage(demo), content.actions(demo), content.kinds(demo, demo.shapes)):
            for finding in family:
                raise as_error(finding, reader)
        for path in demo.shapes:
            if not is_image(demo, path):
                try:
                    reader.values(demo.name, path)
                except Unreadable as error:
                    raise as_error(Finding("error", "damaged", demo.name, f"{path} {error}"), reader) from error


def as_error(finding: Finding, reader: DatasetReader) -> DatasetError:
    """Return the error for a finding."""
    return DatasetError(finding.message, where=f"{reader.path}, {finding.demo}", remedy=LEAVE_OUT)


def _structure(reader: DatasetReader, demo: Outline, terms: Sequence[str], last_observation: bool) -> Iterator[Finding]:
    paths = demo.below(terms)
    yield from content.damage(demo, terms)
    yield from content.actions(demo)
    for term in terms:
        there = demo.below([term]) or list(content.damage(demo, [term]))
        if not there and term != layout.ACTIONS:
            yield Finding("error", "missing", demo.name, f"has no {term}{_neighbours(reader, demo, term)}")
    yield from content.kinds(demo, paths)
    yield from content.rows(demo, paths, last_observation)
    if layout.INITIAL_STATE in terms:
        yield from content.start(demo)


def _values(reader: DatasetReader, demo: Outline, terms: Sequence[str]) -> Iterator[Finding]:
    for path in demo.below(terms):
        if is_image(demo, path):
            continue
        try:
            yield from content.finite(demo.name, path, reader.values(demo.name, path))
        except Unreadable as error:
            yield Finding("error", "damaged", demo.name, f"{path} {error}")


def _neighbours(reader: DatasetReader, demo: Outline, term: str) -> str:
    """Return the names in the same group, in brackets: a wrong name is often a typing error."""
    group = term.rsplit("/", 1)[0] if "/" in term else ""
    paths = reader.shapes(demo.name, (group,)) if group else ()
    there = sorted({path.removeprefix(f"{group}/").split("/", 1)[0] for path in paths})
    return f" (in {group}: {', '.join(there)})" if there else ""
