# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What a folder holds that somebody may want to choose. No widget in sight."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from isaaclab_mimic_core.option import Role

_DATASETS, _CHECKPOINTS = (".hdf5", ".h5"), (".pth",)
_SUFFIXES = {
    Role.INPUT_FILE: _DATASETS,
    Role.OUTPUT_FILE: _DATASETS,
    Role.CHECKPOINTS: _CHECKPOINTS,
    Role.OUTPUT_FOLDER: (),
}


@dataclass(frozen=True)
class FileRequest:
    """What shall be chosen."""

    title: str
    role: Role = Role.INPUT_FILE
    """What the path is for."""
    start: str = ""
    """The path to begin at; may be of something that is not there."""
    many: bool = False
    """Whether several files may be chosen at once."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Endings of the files that are shown; none if only folders are."""
        return _SUFFIXES[self.role]

    @property
    def takes_folder(self) -> bool:
        return self.role in (Role.CHECKPOINTS, Role.OUTPUT_FOLDER)

    @property
    def takes_name(self) -> bool:
        """Whether it need not be there yet, so that a name can be given."""
        return self.role in (Role.OUTPUT_FILE, Role.OUTPUT_FOLDER)


@dataclass(frozen=True)
class Listing:
    """What a folder holds."""

    folder: Path
    folders: tuple[str, ...] = ()
    files: tuple[tuple[str, int], ...] = ()
    """Names and sizes [bytes]."""
    named: str = ""
    """What in it was asked for, if that was a file or is not there yet."""
    trouble: str = ""
    """Why it cannot be read; empty if it can."""


def list_folder(path: Path, request: FileRequest, climb: bool = False) -> Listing:
    """List a folder, or the one that a file is in. Never fails; may take long on a network.

    Args:
        path: Absolute path of a folder or file.
        request: Which files matter; a file to write need not be there.
        climb: List the nearest folder that is there, if this one is not.
    """
    named = ""
    try:
        if climb and not (path.exists() or (request.takes_name and path.parent.is_dir())):
            path = next(each for each in (*path.parents, Path("/")) if each.is_dir())
        if path.is_file() or (request.takes_name and not path.exists() and path.parent.is_dir()):
            path, named = path.parent, path.name
        return _read(path, named, request.suffixes)
    except FileNotFoundError:
        return Listing(path, trouble="There is no such folder.")
    except (OSError, ValueError) as error:
        return Listing(path, trouble=f"This folder cannot be read: {getattr(error, 'strerror', None) or error}.")


def _read(folder: Path, named: str, suffixes: tuple[str, ...]) -> Listing:
    folders, files = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            # What vanishes meanwhile, or is a link that leads nowhere, is left out.
            try:
                if entry.is_dir():
                    folders.append(entry.name)
                elif entry.name.lower().endswith(suffixes or ("/",)):
                    files.append((entry.name, entry.stat().st_size))
            except OSError:
                continue
    return Listing(
        folder, tuple(sorted(folders, key=str.casefold)), tuple(sorted(files, key=lambda f: f[0].casefold())), named
    )
