# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The options and inputs of a run: written into its output, and compared before the run is resumed."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any, Self

from .errors import InputFileError, OptionError

MANIFEST = "manifest"
"""Key of a run's manifest in a dataset's attribute `mimic`."""
_FORMAT = 1


@dataclass(frozen=True)
class InputFile:
    """A file that a run reads, known by what is in it: it may be moved or copied."""

    path: str
    sha256: str = ""
    """Of what the run uses of it; empty if that is not known."""

    def differs(self, other: "InputFile") -> bool:
        """Whether the other one holds something else; without the contents' hashes the files' names have to do."""
        if self.sha256 and other.sha256:
            return self.sha256 != other.sha256
        return Path(self.path).name != Path(other.path).name


@dataclass(frozen=True)
class Difference:
    """Something that is asked for otherwise now than when a run was begun."""

    what: str
    """The option, as it is written."""
    then: object
    now: object

    def __str__(self) -> str:
        return f"{self.what} {_shown(self.then)}, not {_shown(self.now)}"


@dataclass(frozen=True)
class RunManifest:
    """Everything that decides what a run makes, as plain data.

    Options that decide nothing (how many are wanted in all, what is shown meanwhile) are not in it; which those are is
    declared at the options (`options.may_differ`).
    """

    verb: str
    options: Mapping[str, Any] = field(default_factory=dict)
    """By name, what was left to the program (`auto`, a mode's settings) as it was decided."""
    inputs: Mapping[str, InputFile] = field(default_factory=dict)
    """By the option that names them."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of the packages that the results depend on."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"manifest": _FORMAT, **asdict(self)}

    @classmethod
    def from_dict(cls, stored: Any, where: str) -> Self:
        """Read it from plain data.

        Raises:
            InputFileError: It is none, or one of a newer format.
        """
        try:
            if int(stored["manifest"]) > _FORMAT:
                raise InputFileError("was begun by a newer version", where=where, remedy="Update this program.")
            inputs = {str(name): InputFile(str(f["path"]), str(f["sha256"])) for name, f in stored["inputs"].items()}
            return cls(str(stored["verb"]), dict(stored["options"]), inputs, dict(stored["versions"]))
        except (TypeError, KeyError, ValueError, AttributeError, OverflowError) as error:
            raise InputFileError(
                "does not say what the run in it was asked for",
                where=where,
                remedy="Start a new run, with another --output.",
            ) from error

    def with_options(self, **more: Any) -> Self:
        """Return it with options that were decided later; None: still not decided."""
        return replace(self, options={**self.options, **_decided(more)})

    def differences(self, earlier: "RunManifest") -> list[Difference]:
        """Return what an earlier run was asked for otherwise. What only one of the two says is none."""
        found = [
            Difference(_flag(name), earlier.options[name], now)
            for name, now in self.options.items()
            if name in earlier.options and earlier.options[name] != now
        ]
        for name, now in self.inputs.items():
            then = earlier.inputs.get(name)
            if then is not None and then.differs(now):
                changed = Path(then.path).name == Path(now.path).name
                found.append(Difference(_flag(name), then.path, "what is in it now" if changed else now.path))
        return found

    def check_resumes(self, earlier: "RunManifest", output: str, more: Iterable[Difference] = ()) -> None:
        """Check that an earlier run can go on as this one.

        Args:
            earlier: What that run was asked for.
            output: Where it is.
            more: Other differences that were found.

        Raises:
            OptionError: It was asked for something else; names all that differs, with what it was and what it is.
        """
        where = f"--resume {output}"
        if earlier.verb != self.verb:
            raise OptionError(
                f"it was made by mimic {earlier.verb}", where=where, remedy="Give another --output for a new run."
            )
        if differences := [*self.differences(earlier), *more]:
            raise OptionError(
                f"the run was begun with {'; '.join(map(str, differences))}",
                where=where,
                remedy="Give the same again, or another --output for a new run.",
            )

    def going_on(self, earlier: "RunManifest") -> Self:
        """Return what is known of a run that goes on: as it was begun, and what was not written down then."""
        return replace(
            self,
            options={**self.options, **earlier.options},
            inputs={**self.inputs, **{name: file for name, file in earlier.inputs.items() if file.sha256}},
            versions={**self.versions, **earlier.versions},
        )

    def remarks(self, earlier: "RunManifest") -> list[str]:
        """Return what somebody who goes on with a run should know: packages that have changed since."""
        changed = [
            f"{name} {then}, now {self.versions[name]}"
            for name, then in earlier.versions.items()
            if self.versions.get(name, then) != then
        ]
        return [f"The run was begun with {'; '.join(changed)}: what is made now may differ."] if changed else []


def stated_input(history: Any, option: str) -> InputFile | None:
    """Return the file that a dataset was made from; None if it does not say.

    Args:
        history: The attribute `mimic` of its group `data`, as it is read.
        option: The option that named the file.
    """
    found = history
    for key in (MANIFEST, "inputs", option):
        found = found.get(key) if isinstance(found, Mapping) else None
    path = found.get("path") if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping) or not isinstance(path, str):
        return None
    return InputFile(path, str(found.get("sha256") or ""))


def versions_of(*packages: str) -> dict[str, str]:
    """Return the versions of this program and of other packages, of those that are installed."""
    found = {}
    for name in ("isaaclab-mimic-kit", *packages):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _decided(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _shown(value: object) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
