# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The contents of a folder, for the file dialog. This module has no widgets."""

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
    """What the user is asked to choose."""

    title: str
    role: Role = Role.INPUT_FILE
    """What the path is for."""
    start: str = ""
    """Path to begin at; it need not exist."""
    many: bool = False
    """Whether several files may be chosen at once."""
    other_suffixes: tuple[str, ...] = ()
    """Endings of the files, if they are not those that the role usually has."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Endings of the files that are shown; none if only folders are."""
        return self.other_suffixes or _SUFFIXES[self.role]

    @property
    def takes_folder(self) -> bool:
        return self.role in (Role.CHECKPOINTS, Role.OUTPUT_FOLDER)

    @property
    def takes_name(self) -> bool:
        """Whether a name can be given that does not exist yet."""
        return self.role in (Role.OUTPUT_FILE, Role.OUTPUT_FOLDER)


@dataclass(frozen=True)
class Listing:
    """What a folder holds."""

    folder: Path
    folders: tuple[str, ...] = ()
    files: tuple[tuple[str, int], ...] = ()
    """Names and sizes [bytes]."""
    named: str = ""
    """Name that was asked for, if it is a file or does not exist yet."""
    trouble: str = ""
    """Why it cannot be read; empty if it can."""


def list_folder(path: Path, request: FileRequest, climb: bool = False) -> Listing:
    """List a folder, or the folder of a file. Never raises. May take long on a network.

    Args:
        path: Absolute path of a folder or file.
        request: What is chosen; a file to write need not exist.
        climb: If the folder does not exist, list the nearest one above it that does.
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
            # Files that have just vanished, and broken links, are left out.
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
