# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""Imports go one way: no circle between folders or modules, and the generator knows neither Kit nor a simulator."""

import ast
import graphlib
from collections import Counter
from pathlib import Path

import pytest

EXTS = Path(__file__).parents[2] / "exts"
CORE = EXTS / "isaaclab.mimic.core" / "isaaclab_mimic_core"
UI = EXTS / "isaaclab.mimic.ui" / "isaaclab_mimic_ui"


def module_name(package: Path, file: Path) -> str:
    parts = file.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(name: str, file: Path) -> set[str]:
    """Return all that a file imports, wherever in it that is written, for types only too."""
    package = name.split(".") if file.name == "__init__.py" else name.split(".")[:-1]
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *filter(None, [node.module])])
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found


def import_graph(package: Path) -> dict[str, set[str]]:
    """Return for each module of a package those of it that it imports.

    Importing a submodule by its package (`from . import terms`) leads to the submodule.
    """
    files = {module_name(package, file): file for file in package.rglob("*.py")}
    graph = {}
    for name, file in files.items():
        wanted = imported(name, file)
        # A package of which only submodules are wanted is left out.
        only_around = {each for each in wanted if any(other.startswith(f"{each}.") for other in wanted & files.keys())}
        graph[name] = (wanted - only_around) & files.keys() - {name}
    return graph


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return a circle in a graph; nothing if there is none."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


def test_the_folders_of_the_core_import_one_way():
    folders: dict[str, set[str]] = {}
    for name, wanted in import_graph(CORE).items():
        # The package itself, its first page, is what everybody may ask for its version.
        *_, own = name.split(".")[:2]
        others = {each.split(".")[1] for each in wanted if "." in each}
        folders.setdefault(own, set()).update(others - {own})
    assert len(folders) > 20 and "sim" in folders["stages"]
    assert circle(folders) == []


@pytest.mark.parametrize("package", [CORE, UI], ids=["core", "window"])
def test_no_modules_import_each_other(package):
    graph = import_graph(package)
    assert len(graph) > 50
    assert circle(graph) == []


@pytest.mark.parametrize("folder", ["datagen", "datasets", "events.py", "plugins"])
def test_what_knows_neither_kit_nor_a_simulator(folder):
    place = CORE / folder
    files = [place] if place.is_file() else list(place.rglob("*.py"))
    assert files
    for file in files:
        name = module_name(CORE, file)
        for each in imported(name, file):
            top, _, rest = each.partition(".")
            assert top not in ("carb", "omni", "isaacsim", "ovphysx", "newton", "pxr", "isaaclab_tasks"), (name, each)
            assert top != "isaaclab" or rest.startswith("utils"), (name, each)
            assert not each.startswith(f"{CORE.name}.sim"), (name, each)
            assert not each.startswith(f"{CORE.name}.envs"), (name, each)


def readers(folder: Path, names: set[str]) -> set[str]:
    """Return the files in which something has one of these attributes read, by name or by getattr.

    What a class sets of itself (`self.x`) is its definition.
    """

    def reads(node: ast.AST) -> bool:
        if isinstance(node, ast.Attribute):
            return node.attr in names and not (isinstance(node.value, ast.Name) and node.value.id == "self")
        asks = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr"
        return asks and any(isinstance(each, ast.Constant) and each.value in names for each in node.args)

    files = [file for file in folder.rglob("*.py") if any(map(reads, ast.walk(ast.parse(file.read_text()))))]
    return {str(file.relative_to(folder)) for file in files}


def test_only_its_reader_reads_a_mimic_configuration():
    assert readers(CORE / "datagen", {"cfg"}) == {"config.py"}
    configuration = {"subtask_configs", "task_constraint_configs", "datagen_config"}
    assert readers(EXTS, configuration) == {str((CORE / "datagen" / "config.py").relative_to(EXTS))}
    subtask = {"subtask_term_signal", "subtask_term_offset_range", "selection_strategy", "next_subtask_description"}
    # Beside it only what refuses values, for it and for `MimicEnvCfg` itself.
    assert readers(CORE, subtask) == {"datagen/config.py", "datagen/config_checks.py"}


@pytest.mark.parametrize("package", ["datagen"])
def test_the_folders_of_a_package_import_one_way(package):
    folders: dict[str, set[str]] = {}
    for name, wanted in import_graph(CORE / package).items():
        own = name.split(".")[1:-1]
        if own:
            others = {each.split(".")[1] for each in wanted if each.count(".") > 1}
            folders.setdefault(own[0], set()).update(others - {own[0]})
    assert {"sources", "trajectory", "coordination", "failures"} <= folders.keys()
    assert circle(folders) == []


def test_a_circle_would_be_found(tmp_path):
    package = tmp_path / "thing"
    (package / "a").mkdir(parents=True)
    (package / "b").mkdir()
    (package / "__init__.py").write_text("")
    (package / "a" / "__init__.py").write_text("from ..b import z\n")
    (package / "b" / "__init__.py").write_text("")
    (package / "b" / "z.py").write_text("def f():\n    from thing.a import z\n")
    found = circle(import_graph(package))
    assert set(found) == {"thing.a", "thing.b.z"}


def names_in(file: Path) -> set[str]:
    """Return what a module defines or imports at its top."""
    found = set()
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.ImportFrom):
            targets = node.names if isinstance(node, ast.ImportFrom) else node.targets
            for target in targets:
                found |= {each.id for each in ast.walk(target) if isinstance(each, ast.Name)}
                found |= {target.asname or target.name} if isinstance(target, ast.alias) else set()
    return found


def test_the_public_names_are_where_the_stub_says():
    imports = [node for node in ast.parse((CORE / "__init__.pyi").read_text()).body if isinstance(node, ast.ImportFrom)]
    assert len(imports) > 20
    for node in imports:
        place = CORE.joinpath(*node.module.split("."))
        file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        assert file.is_file(), f"{node.module} has moved: correct __init__.pyi"
        missing = {alias.name for alias in node.names} - names_in(file)
        assert not missing, f"{node.module} has no {missing}: correct __init__.pyi"


def test_no_two_files_of_tests_have_one_name():
    """Test files are top-level modules, so of two with one name pytest can import only the first."""
    names = Counter(file.name for file in Path(__file__).parents[1].rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []
