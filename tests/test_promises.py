"""What the project promises about itself: imports one way, settings in one place, nothing private in it."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import tomli
import yaml

from linea import cli, settings

ROOT = settings.ROOT
PYTHON_FILES = sorted([*ROOT.glob("linea/**/*.py"), *ROOT.glob("actions/**/*.py")])
RASA_FILES = ("config.yml", "domain.yml", "endpoints.yml", "credentials.yml")
# Written in two halves, so that this file does not hold what it looks for.
REGISTRIES = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry." + "npmjs",
    "deb." + "debian.org",
    "/opt/" + "pypi",
)
HOMES = re.compile(r"(?<![\w.~$}>])/(?:" + "|".join(("root", "home", "work", "Users", "tmp")) + r")/\w")


def test_imports_run_one_way() -> None:
    found = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout


def test_the_simulator_knows_nothing_of_the_line_but_its_settings() -> None:
    imported = {
        name
        for path in ROOT.glob("linea/simulator/**/*.py")
        for name in _imports(path)
        if name.split(".")[0] in ("linea", "actions") and not name.startswith("linea.simulator")
    }
    assert imported <= {"linea", "linea.settings"}


@pytest.mark.parametrize(
    "process", ["linea.web", "linea.worker", "linea.simulator.app", "linea.commands.run"]
)
def test_only_rasa_pays_for_rasa(process: str) -> None:
    heavy = ("rasa", "rasa_sdk", "tensorflow", "sanic", "aiohttp", "pydantic", "sklearn", "spacy")
    code = f"import sys, {process}; print(*[name for name in {heavy} if name in sys.modules])"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == []


def test_every_setting_stands_in_the_example_and_the_other_way_round() -> None:
    expected = {*settings.NAMES, *(f"{name}_FILE" for name in settings.SECRETS)}
    assert set(_example()) == expected


def test_every_setting_is_read() -> None:
    source = (ROOT / "linea/settings.py").read_text(encoding="utf-8")
    load = next(
        node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == "load"
    )
    read = {
        node.value
        for node in ast.walk(load)
        if isinstance(node, ast.Constant) and re.fullmatch(r"LINEA_[A-Z_]+", str(node.value))
    }
    assert read == set(settings.NAMES)


def test_the_example_shows_the_values_of_development() -> None:
    shown = settings.load({name: value for name, value in _example().items() if value})
    assert replace(shown, uses_simulator=True) == settings.load({})


def test_nobody_else_reads_a_setting_from_the_environment() -> None:
    tests_only = {"clock.py", "steps.py"}  # LINEA_TEST_…, which production refuses
    readers = [
        path.name
        for path in PYTHON_FILES
        if path.name != "settings.py"
        and re.search(r"(environ|getenv)\W.*LINEA_[A-Z]", path.read_text("utf-8"))
    ]
    assert set(readers) <= tests_only


@pytest.mark.parametrize("file", RASA_FILES)
def test_every_dotted_path_of_a_rasa_file_names_something_that_exists(file: str) -> None:
    # Rasa only warns about a wrong one. Looked up without importing: that would load TensorFlow.
    content = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
    ours = [text for text in _texts(content) if re.fullmatch(r"(linea|actions)(\.\w+)+", text)]
    assert ours or file == "domain.yml"
    for path in ours:
        module, name = path.rsplit(".", 1)
        found = importlib.util.find_spec(module)
        assert found is not None, f"{file}: {module} does not exist"
        assert found.origin
        assert name in _names(Path(found.origin)), f"{file}: {module} has no {name}"


def test_every_action_of_the_domain_is_written_and_the_other_way_round() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    written = {
        returned.value.value
        for path in ROOT.glob("actions/*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name == "name"
        for returned in ast.walk(node)
        if isinstance(returned, ast.Return) and isinstance(returned.value, ast.Constant)
    }
    assert set(domain["actions"]) == written


def test_every_command_has_its_line_in_the_readme_and_the_other_way_round() -> None:
    listed = re.findall(r"^\| `linea (\w+)` \|", _text("README.md"), re.MULTILINE)
    assert listed == list(dict.fromkeys(listed))
    assert set(listed) == set(cli.COMMANDS)


def test_every_command_of_the_table_exists() -> None:
    missing = []
    for command, place in cli.COMMANDS.items():
        module, name = place.split(":")
        path = ROOT / "linea/commands" / f"{module}.py"
        if not path.is_file() or name not in _names(path):
            missing.append(command)
    assert missing == []


def test_what_the_pages_tell_people_to_type_exists() -> None:
    pages = "\n".join(_text(page) for page in _tracked(".md"))
    typed = set(re.findall(r"(?:\.venv/bin/|`)linea (\w+)", pages))
    assert typed <= set(cli.COMMANDS)
    jobs = set(re.findall(r"^(\w+):", _text("Makefile"), re.MULTILINE))
    # Jobs in backticks or at the start of a line of a shell block; prose does not count.
    assert set(re.findall(r"(?:^|`)make (\w+)", pages, re.MULTILINE)) <= jobs


def test_make_alone_names_every_job() -> None:
    makefile = _text("Makefile")
    jobs = set(re.findall(r"^(\w+):", makefile, re.MULTILINE)) - {"help"}
    assert set(re.findall(r'@echo "make (\w+) ', makefile)) == jobs


def test_every_link_of_a_page_leads_somewhere() -> None:
    broken = [
        f"{page}: {target}"
        for page in _tracked(".md")
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", _text(page))
        if "://" not in target and not (ROOT / page).parent.joinpath(target).exists()
    ]
    assert broken == []


def test_every_decision_is_in_the_list() -> None:
    listed = re.findall(r"\((\d{4}-[\w-]+\.md)\)", _text("docs/decisions/README.md"))
    assert listed == sorted(path.name for path in ROOT.glob("docs/decisions/0*.md"))


def test_no_registry_address_and_no_path_of_a_machine_is_in_the_project() -> None:
    found = [
        f"{name}:{number}"
        for name in _tracked()
        for number, line in enumerate(_lines(name), start=1)
        if HOMES.search(line) or any(registry in line for registry in REGISTRIES)
    ]
    assert found == []


def test_rasa_takes_no_file_of_the_tests_for_its_own_but_the_stories() -> None:
    tests = [path for path in ROOT.glob("tests/**/*.y*ml") if path.name.startswith("test_")]
    assert [path.relative_to(ROOT).as_posix() for path in tests] == ["tests/test_stories.yml"]


def test_everything_installed_is_pinned_with_its_hash() -> None:
    blocks = re.split(r"^(?=\S)", _text("requirements.lock"), flags=re.MULTILINE)[1:]
    unpinned = [
        block.splitlines()[0]
        for block in blocks
        if not re.match(r"[\w.-]+(\[[\w,]+\])?==\S+ \\\n +--hash=sha256:[0-9a-f]{64}", block)
    ]
    assert unpinned == []


def test_everything_imported_is_named_and_pinned() -> None:
    project = tomli.loads(_text("pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    pinned = set(re.findall(r"^([\w.-]+)==", _text("requirements.lock"), re.MULTILINE))
    named = {re.split(r"[=<>~! ]", requirement)[0].lower() for requirement in wanted}
    assert named <= pinned
    differently_named = {
        "yaml": "pyyaml",
        "dotenv": "python-dotenv",
        "sklearn": "scikit-learn",
        "PIL": "pillow",
    }
    brought = {"sanic"}  # Rasa's own server: its version is Rasa's affair
    unnamed = {
        top
        for path in PYTHON_FILES
        for top in {name.split(".")[0] for name in _imports(path)}
        if top not in {*sys.stdlib_module_names, "linea", "actions", *brought}
        and differently_named.get(top, top.replace("_", "-")) not in named
        and not any(name.startswith(f"{top}-") for name in named)  # a namespace, such as ruamel
    }
    assert unnamed == set()


def test_every_file_opens_with_a_sentence_and_leaves_nothing_for_later() -> None:
    silent, unfinished = [], []
    for path in PYTHON_FILES:
        source = path.read_text(encoding="utf-8")
        if source.strip() and not ast.get_docstring(ast.parse(source)):
            silent.append(path.name)
        if re.search(r"\b(TODO|FIXME|XXX)\b", source):
            unfinished.append(path.name)
    assert (silent, unfinished) == ([], [])


def _example() -> dict[str, str]:
    return dict(re.findall(r"^# (LINEA_\w+)=(.*)$", _text(".env.example"), re.MULTILINE))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "linea":
            yield from (f"linea.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _names(path: Path) -> set[str]:
    """What a module binds at its top level."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


@cache
def _tracked(suffix: str = "") -> tuple[str, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = sorted(name for name in listed.stdout.split("\0") if name.endswith(suffix))
    return tuple(name for name in names if name and (ROOT / name).is_file())


def _lines(name: str) -> list[str]:
    try:
        return _text(name).splitlines()
    except UnicodeDecodeError:
        return []  # a picture


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_nobody_else_on_the_machine_can_read_what_people_wrote(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    environ = {"LINEA_DATA_DIR": str(folder), "PATH": ""}
    subprocess.run([sys.executable, "-m", "linea.cli", "migrate"], cwd=ROOT, env=environ, check=True)
    modes = {path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())}
    assert modes == {0}
