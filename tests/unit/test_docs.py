# Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
# SPDX-License-Identifier: BSD-3-Clause

"""What the documentation shows is there: every command line, option, link and file."""

import ast
import contextlib
import functools
import io
import re
import shlex
from pathlib import Path

import pytest
import tyro

from isaaclab_mimic_core.cli import DRIVEN, NESTED, REGISTRY, VERBS, with_settings
from isaaclab_mimic_core.plugins import DEVICES

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "data" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LAUNCHER = ("setup", "lint", "test", "test-isaacsim")
"""Words of `mimic.sh` itself."""


def commands(text: str) -> set[str]:
    """Return the command lines in a page's code blocks, fenced or indented; lines that end in a backslash go on."""
    fenced = r"^```\w*\n(.*?)^```"
    blocks = re.findall(fenced, text, re.DOTALL | re.MULTILINE)
    blocks += re.findall(r"(?:^    .+\n)+", re.sub(fenced, "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    found = (re.match(r"\s*(?:\$ )?(?:\./mimic\.sh|mimic) +([a-z-]+(?: .*)?)$", line) for line in lines)
    return {each[1].split("  #")[0].strip() for each in found if each}


def parse(verb: str, arguments: list[str]) -> None:
    """Do what the whole parser does for one verb, in a tenth of the time; exits with 2 and says what is wrong."""
    if verb in NESTED:
        tyro.extras.subcommand_cli_from_dict(NESTED[verb], prog=f"mimic {verb}", args=arguments, registry=REGISTRY)
        return
    function = with_settings(VERBS[verb], verb, arguments) if verb in DRIVEN else VERBS[verb]
    tyro.cli(function, prog=f"mimic {verb}", args=arguments, registry=REGISTRY)


CASES = sorted({(page.name, line) for page in PAGES for line in commands(page.read_text())})


@pytest.mark.parametrize(("page", "line"), CASES, ids=[f"{page}: {line[:60]}" for page, line in CASES])
def test_a_command_that_is_shown_is_understood(page, line):
    verb, *arguments = shlex.split(line)
    if verb in LAUNCHER:
        return
    assert verb in VERBS, f"{page}: there is no verb {verb}"
    parse(verb, arguments)


def test_the_pages_show_commands():
    assert len(CASES) > 60
    assert {"tutorial.md", "README.md", "datasets.md"} <= {page for page, _ in CASES}


@functools.cache
def flags(verb: str) -> set[str]:
    """Return all options of a verb, those of every device included."""
    chosen = [["--teleop-device", device] for device in DEVICES.all()] if verb in DRIVEN else [[]]
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        for device in chosen:
            with contextlib.suppress(SystemExit):
                parse(verb, [*device, "--help"])
    return set(re.findall(r"--[a-z-]+", shown.getvalue()))


def test_options_that_are_named_are_there():
    """Those in inline code that begins with `mimic VERB`, and in tables whose head names the verb."""
    wrong, named = [], 0
    for page in PAGES:
        verbs: list[str] = []
        for line in page.read_text().splitlines():
            spans = re.findall(r"`([^`]+)`", line)
            cells = line.split("|")[1:-1]
            if line.startswith("|---"):
                continue
            if not cells:
                verbs = []
            elif re.match(r"\| Isaac Lab \|", line):
                verbs = re.findall(r"mimic ([a-z-]+)", line)
            wanted = [(shlex.split(span)[1:2], span) for span in spans if re.match(r"mimic [a-z-]+ ", span)]
            if verbs and len(cells) > 1:
                wanted += [(verbs, span) for span in re.findall(r"`([^`]+)`", cells[1]) if span.startswith("--")]
            for of, span in wanted:
                for flag in re.findall(r"--[a-z-]+", span):
                    named += 1
                    if not any(flag in flags(verb) for verb in of):
                        wrong.append((page.name, of, flag))
    assert wrong == []
    assert named > 80


CORE = ROOT / "exts/isaaclab.mimic.core/isaaclab_mimic_core"
UI = ROOT / "exts/isaaclab.mimic.ui/isaaclab_mimic_ui"


def anchor(heading: str) -> str:
    """Return what a heading is linked to by."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def test_links_lead_somewhere():
    broken, followed = [], 0
    for page in PAGES:
        prose = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
        for target, _, part in (link.partition("#") for link in re.findall(r"\]\(([^)\s]+)\)", prose)):
            if "://" in target:
                continue
            followed += 1
            to = (page.parent / target).resolve() if target else page
            headings = re.findall(r"^#+ (.+)$", to.read_text(), re.MULTILINE) if part and to.is_file() else []
            if not to.exists() or (part and part not in map(anchor, headings)):
                broken.append((page.name, target, part))
    assert broken == []
    assert followed > 80


OF_OTHERS = ("robomimic/", "cosmos/", "scripts/", "meta/")
"""Folders of Isaac Lab's, AutoData's and Isaac-GR00T's repositories, and of LeRobot's datasets."""
PACKAGES = [ROOT, CORE, UI.parent, UI]


def test_files_and_modules_that_are_named_are_there():
    missing, named = [], 0
    for page in PAGES:
        for span in re.findall(r"`([^`\n]+)`", page.read_text()):
            if span.startswith(OF_OTHERS) or "TASK" in span:
                continue
            if re.fullmatch(r"[\w.-]+(/[\w.-]+)+(\.py|\.json|\.md|/)", span):
                places = [root / span for root in PACKAGES]
            elif re.fullmatch(r"isaaclab_mimic_core(\.[a-z_]+)+", span):
                path = CORE.joinpath(*span.split(".")[1:])
                places = [path, path.with_suffix(".py")]
            else:
                continue
            named += 1
            if not any(place.exists() for place in places):
                missing.append((page.name, span))
    assert missing == []
    assert named > 60


def test_packages_name_files_that_are_there():
    """A package's docstring says which of its files does what."""
    missing, named = [], 0
    for package in [*CORE.rglob("__init__.py"), *UI.rglob("__init__.py")]:
        for span in re.findall(r"`([\w./]+(?:\.pyi?|/))`", ast.get_docstring(ast.parse(package.read_text())) or ""):
            named += 1
            if not any((folder / span).exists() for folder in (package.parent, CORE, UI)):
                missing.append((str(package.relative_to(ROOT)), span))
    assert missing == []
    assert named > 50


@pytest.mark.parametrize(
    ("to_find", "file", "says"),
    [
        ("interpolated", "datagen/trajectory/interpolate.py", "def interpolate("),
        ("help text", "options/generation.py", '"""Successful demonstrations to generate."""'),
        ("ends an attempt", "datagen/generator.py", "finished = (won | hopeless | (lost & ~retry)) & running"),
        ("writes a dataset file", "datasets/writer.py", "class DatasetWriter"),
    ],
)
def test_the_readme_leads_straight_to_the_code(to_find, file, says):
    rows = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("| ")]
    (line,) = [row for row in rows if to_find in row.split("|")[1]]
    assert f"`{file}`" in line
    assert says in (CORE / file).read_text()


OTHERS_NAMES = {"PhysicsCfg", "extpath", "tools_menu", "robust_eval"}
"""Names of Isaac Lab's and Kit's that our code does not use."""


def test_names_and_flags_that_are_named_are_in_the_code():
    """All pages but the one with the names of Isaac Lab's scripts and AutoData."""
    folders = [ROOT / name for name in ("exts", "tests", "benchmarks", "config")]
    sources = [path for folder in folders for path in folder.rglob("*") if path.suffix in {".py", ".toml", ".kit"}]
    sources += [ROOT / "pyproject.toml", ROOT / "user.repo.toml", ROOT / "mimic.sh"]
    known = {word for path in sources for word in re.findall(r"[A-Za-z_]\w*", path.read_text())} | OTHERS_NAMES
    files = {path.name for folder in (*folders, ROOT / "data", ROOT / "docs") for path in folder.rglob("*")}
    unknown, named = [], 0
    for page in PAGES:
        if page.name == "migration.md":
            continue
        text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
        for span in re.findall(r"`([^`\n]+)`", text):
            words = [flag.replace("-", "_") for flag in re.findall(r"(?<![\w-])--(?:no-)?([a-z][\w-]*)", span)]
            if re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*(\(\))?", span) and span not in files and ".so" not in span:
                words += span.removesuffix("()").split(".")
            named += len(words)
            unknown += [(page.name, span, word) for word in words if word not in known]
    assert unknown == []
    assert named > 700
