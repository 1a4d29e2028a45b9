# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""The Kit build, the Python build and the extensions' own files agree."""

import importlib.util
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from lupa import lua53 as lupa  # premake's Lua

ROOT = Path(__file__).parents[2]
EXTENSIONS = {"isaaclab.mimic.core": "isaaclab_mimic_core", "isaaclab.mimic.ui": "isaaclab_mimic_ui"}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def extension_config(name: str) -> dict:
    return tomllib.loads((ROOT / "exts" / name / "config" / "extension.toml").read_text())


def own_files() -> list[Path]:
    """All files that are or would be committed, by git where there is a repository, else by looking."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    kept = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    hidden = {"build", "dist", "_build", "outputs", "__pycache__"}
    return [
        ROOT / path
        for path in kept
        if not any(part in hidden or (part.startswith(".") and part != ".ci") for part in path.parts)
    ]


def own_texts() -> dict[str, str]:
    texts = {}
    for path in own_files():
        try:
            texts[str(path.relative_to(ROOT))] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return texts


class KitBuild:
    """Evaluates premake files as `repo.sh build` does: with Kit's own build functions, which come with the Kit kernel,
    on stand-ins for premake's primitives. Records what would be linked, copied and started.

    Args:
        root: The repository to build; every path below it is real.
    """

    def __init__(self, root: Path):
        self.root = root
        self.links: dict[str, Path] = {}
        self.copies: dict[str, Path] = {}
        self.apps: list[str] = []
        self._folders = [root]
        self._lua = lupa.LuaRuntime()
        self._provide_primitives()
        self._run(root / "premake5.lua")

    def _provide_primitives(self) -> None:
        lua, g = self._lua, self._lua.globals()
        lua.execute("repo_build, premake, path, _OPTIONS, _ACTION = {}, {}, {}, {}, 'gmake2'")
        for name in ("newoption", "group"):
            g[name] = lambda *_: None
        for name in ("enable_vstudio_sourcelink", "remove_vstudio_jmc"):
            g.repo_build[name] = lambda *_: None
        g.premake.warn = lambda message: pytest.fail(f"premake warns: {message}")
        g.path.getabsolute = g.repo_build.get_abs_path = lambda name: os.path.normpath(self._folders[-1] / name)
        g.path.getname = os.path.basename
        g.os.target = lambda: "linux"
        g.os.isdir = os.path.isdir
        g.os.isfile = os.path.isfile
        g.os.matchdirs = lambda pattern: self._match(pattern, Path.is_dir)
        g.os.matchfiles = lambda pattern: self._match(pattern, Path.is_file)
        g.repo_build.prebuild_link = lambda pairs: self._record(pairs, self.links)
        g.repo_build.prebuild_copy = lambda pairs: self._record(pairs, self.copies)
        g.include = lambda folder: self._run(Path(folder) / "premake5.lua")
        g.require = self._require

    def _require(self, module: str):
        if module == "omni/repo/build":
            return self._lua.globals().repo_build
        if module.endswith("kit-template/premake5-kit"):
            return self._lua.table(setup_all=self._load_kit)
        return self._lua.table(get_python_version=lambda _: "3.12")  # premake5-usd

    def _load_kit(self, *_) -> None:
        # Found without importing `omni`, which other tests need to come from elsewhere.
        kernel = Path(importlib.util.find_spec("omni").submodule_search_locations[0])
        self._run(kernel / "dev" / "premake5-public.lua")
        g = self._lua.globals()
        g.define_experience = lambda *_: None  # writes start scripts
        g.define_app = lambda name, *_: self.apps.append(name)

    def _run(self, file: Path) -> None:
        self._folders.append(file.parent)
        self._lua.execute(file.read_text())
        self._folders.pop()

    def _match(self, pattern: str, kind) -> object:
        folder = Path(pattern)
        return self._lua.table_from([str(p) for p in sorted(folder.parent.glob(folder.name)) if kind(p)])

    def _record(self, pairs, into: dict[str, Path]) -> None:
        entries = list(pairs.values())
        for source, target in [entries] if isinstance(entries[0], str) else [list(pair.values()) for pair in entries]:
            target = self._expand(target)
            assert target not in into, f"{target} comes from two places"
            into[target] = self._folders[-1] / self._expand(source)

    def _expand(self, text: str) -> str:
        known = {"root": str(self.root), "platform": "linux-x86_64", "config": "release"}
        known |= {"cfg.system": "linux", "cfg.platform": "x86_64", "cfg.buildcfg": "release"}
        while (expanded := re.sub(r"[%$]\{([\w.]+)\}", lambda m: known[m[1]], text)) != text:
            text = expanded
        return text


@pytest.fixture(scope="module")
def build() -> KitBuild:
    return KitBuild(ROOT)


@pytest.mark.parametrize("name", EXTENSIONS)
def test_kit_build_links_each_extension_whole(build: KitBuild, name: str):
    target = f"{ROOT}/_build/linux-x86_64/release/exts/{name}/"
    linked = {path.removeprefix(target): source for path, source in build.links.items() if path.startswith(target)}
    licences = linked.pop("PACKAGE-LICENSES/dependencies")
    folder = ROOT / "exts" / name
    assert linked == {part: folder / part for part in ("config", "data", "docs", EXTENSIONS[name])}
    assert all(source.is_dir() for source in linked.values())
    copied = {Path(path): source for path, source in build.copies.items()}
    assert copied[licences / "isaaclab-mimic-kit-LICENSE"] == ROOT / "LICENSE"
    assert not [path for path in build.copies if "LICENSE-TEMPLATE" in str(build.copies[path])]


def test_kit_build_links_nothing_else(build: KitBuild):
    exts = f"{ROOT}/_build/linux-x86_64/release/exts/"
    assert {path.removeprefix(exts).split("/")[0] for path in build.links} == set(EXTENSIONS)
    assert all(source.exists() for source in build.copies.values())


def test_kit_build_starts_every_application_file(tmp_path: Path):
    shutil.copy(ROOT / "premake5.lua", tmp_path)
    (tmp_path / "config").mkdir()
    for name in ("a.kit", "b.kit", "notes.txt"):
        (tmp_path / "config" / name).touch()
    assert KitBuild(tmp_path).apps == ["a.kit", "b.kit"]


TEMPLATE = {
    "repo": {
        "name": "kit-app-template",
        "import_configs": ["kit-template/repo.toml", "kit-template/repo-external-app.toml"],
        "folders": {"version_file": "${root}/VERSION.md"},
    },
    "repo_build": {
        "docker": {"enabled": False},
        "fetch": {
            "platform:linux-x86_64": {"before_pull_commands": [["mkdir", "--parents", "${root}/source/apps"]]},
            "platform:windows-x86_64": {"before_pull_commands": [["powershell"]]},
            "packman_target_files_to_pull": ["${root}/tools/deps/kit-sdk.packman.xml"],
            "pip": {"files_to_pull": ["${root}/tools/deps/pip.toml"], "licensing_enabled": False},
        },
    },
    "repo_precache_exts": {"apps": [], "registries": [{"name": "kit/default"}, {"name": "kit/sdk"}]},
    "repo_package": {"packages": {"fat_package": {"root": "_build"}, "thin_package": {"root": "_build"}}},
}
"""The keys of kit-app-template's repo.toml for Kit 109 and 110 that the build needs, with values cut short."""


def laid_over(below: dict, above: dict) -> dict:
    """Merge two configurations as NVIDIA's repo tools do: tables are joined, any other value is replaced."""
    both = {
        key: laid_over(below[key], above[key]) for key in below.keys() & above.keys() if isinstance(above[key], dict)
    }
    return below | above | both


def leaves(config: dict, path: tuple = ()) -> dict[tuple, object]:
    found = {}
    for key, value in config.items():
        found |= leaves(value, (*path, key)) if isinstance(value, dict) else {(*path, key): value}
    return found


def test_the_templates_settings_stay_but_for_three():
    # A file named repo.toml would take the template's place instead.
    assert not (ROOT / "repo.toml").exists()
    ours = tomllib.loads((ROOT / "user.repo.toml").read_text())
    before, after = leaves(TEMPLATE), leaves(laid_over(TEMPLATE, ours))
    assert {path for path, value in before.items() if after[path] != value} == {
        ("repo", "name"),
        ("repo_build", "fetch", "platform:linux-x86_64", "before_pull_commands"),
        ("repo_build", "fetch", "pip", "files_to_pull"),
    }


def test_the_build_looks_where_things_are():
    ours = tomllib.loads((ROOT / "user.repo.toml").read_text())
    assert ours["repo"]["name"] == PYPROJECT["project"]["name"]
    assert ours["repo_precache_exts"]["ext_folders"] == ["${root}/exts"]
    # What the tool generates must not be taken for an application file of ours.
    assert ours["repo_precache_exts"]["generated_app_path"].startswith("${root}/_build/")


@pytest.mark.parametrize("name", EXTENSIONS)
def test_extension_names_files_that_exist(name: str):
    config = extension_config(name)
    folder = ROOT / "exts" / name
    named = [config["package"][key] for key in ("readme", "changelog", "icon", "preview_image")]
    for file in (*named, *config["documentation"]["pages"]):
        assert (folder / file).is_file(), file
    for module in config["python"]["module"]:
        assert (folder / (module["name"].replace(".", "/") + ".py")).is_file(), module["name"]


@pytest.mark.parametrize("name", EXTENSIONS)
def test_extension_settings_are_used(name: str):
    config = extension_config(name)
    settings = config.get("settings", {}).get("exts", {}).get(name, {})
    source = "".join(path.read_text() for path in (ROOT / "exts" / name / EXTENSIONS[name]).rglob("*.py"))
    assert [setting for setting in settings if f'"{setting}"' not in source] == []


def test_core_needs_no_window():
    assert not [name for name in extension_config("isaaclab.mimic.core")["dependencies"] if name.startswith("omni.ui")]
    assert {"isaaclab.mimic.core", "omni.ui", "omni.ui.scene"} <= set(
        extension_config("isaaclab.mimic.ui")["dependencies"]
    )


def test_versions_agree():
    import isaaclab_mimic_core

    versions = {"isaaclab_mimic_core": isaaclab_mimic_core.__version__}
    hatch = PYPROJECT["tool"]["hatch"]["version"]
    versions["pyproject.toml"] = re.search(hatch["pattern"], (ROOT / hatch["path"]).read_text(), re.M)["version"]
    for name in EXTENSIONS:
        config = extension_config(name)
        versions[name] = config["package"]["version"]
        changelog = (ROOT / "exts" / name / config["package"]["changelog"]).read_text()
        versions[f"{name} changelog"] = re.search(r"^## \[([^]]+)\]", changelog, re.M)[1]
    assert len(set(versions.values())) == 1, versions


def pins() -> dict[str, str]:
    project = PYPROJECT["project"]
    extras = [requirement for extra in project["optional-dependencies"].values() for requirement in extra]
    groups = [requirement for group in PYPROJECT["dependency-groups"].values() for requirement in group]
    overrides = PYPROJECT["tool"]["uv"]["override-dependencies"]
    found: dict[str, str] = {}
    for requirement in (*PYPROJECT["build-system"]["requires"], *project["dependencies"], *extras, *groups, *overrides):
        if requirement.startswith(project["name"]):
            continue  # an extra that includes another
        name, version = re.fullmatch(r"([\w.-]+)(?:\[[\w,-]+\])?==([\w.]+)", requirement).groups()
        assert found.setdefault(name, version) == version, requirement
    return found


def test_pins_agree_wherever_they_are_named():
    expected = pins()
    launcher = (ROOT / "mimic.sh").read_text()
    # The robot description and the importer that reads it are one release.
    expected["isaacsim-asset"] = expected["isaacsim-asset-isolated"]
    assert re.search(r"^asset_version=(.+)$", launcher, re.M)[1] == expected["isaacsim-asset"]
    for file, text in own_texts().items():
        for name, version in re.findall(r"\b([a-z][a-z0-9_-]+)(?:\[[\w,-]+\])?==(\d[\w.]*\w)", text):
            assert expected.get(name, version) == version, f"{file}: {name}=={version}"


def test_installed_wheel_finds_its_packages():
    """The .pth file must point to where the wheel puts the extension folders."""
    wheel = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    lines = (ROOT / "exts" / "isaaclab_mimic_kit.pth").read_text().splitlines()
    folders = [line for line in lines if not line.startswith("#")]
    assert folders == [f"{wheel['sources']['exts']}/{name}" for name in EXTENSIONS]
    assert wheel["dev-mode-dirs"] == [f"exts/{name}" for name in EXTENSIONS]


def test_nothing_of_one_machine_is_committed():
    # Written in pieces, for this file is looked through as well.
    hosts = ("pypi" + ".org", "pythonhosted" + ".org", "pypi.nvidia" + ".com", "download.pytorch" + ".org")
    folders = ("/" + "work/", "/" + "root/", "/" + "home/")
    found = [f"{file}: {word}" for file, text in own_texts().items() for word in (*hosts, *folders) if word in text]
    assert found == []
