"""The documents say what the program does: generated pages, commands, links, and nothing private."""

from __future__ import annotations

import ast
import importlib.util
import math
import re
import shlex
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from dojang.app.cli import build_command
from dojang.app.commands import COMMANDS
from dojang.core.i18n import LANGUAGES
from dojang.core.recipe import Recipe, override, parse_settings

ROOT = Path(__file__).resolve().parents[2]
READMES = (ROOT / "README.md", ROOT / "README.ko.md")
README_LINES = 120
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
# Written apart, so that this file does not contain what it looks for.
PRIVATE = re.compile(
    "|".join(
        [
            r"(?<![\w./-])/(?:" + r"work|root|home|Users|opt|farm)/[\w.]",
            r"(?<![\w./-])/" + r"tmp/\w",
            "pypi" + r"\.org",
            "python" + "hosted",
            "https?://[^ ]*/" + r"simple\b",
            "file:" + "//",
            "--" + r"(?:extra-)?index-url|--find-" + "links",
        ]
    )
)
HARMLESS = re.compile(r"https?://(?:www\.)?w3\.org/|/root/\.\.")


def tool(name: str) -> ModuleType:
    """Load a script of ``tools/``."""
    spec = importlib.util.spec_from_file_location(f"tools_{name}", ROOT / "tools" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def fences(path: Path, *kinds: str) -> list[str]:
    return [body for kind, body in FENCE.findall(read(path)) if kind in kinds]


def commands_of(path: Path) -> list[str]:
    """Every command line in the code blocks of a page, without its comment."""
    lines = "\n".join(fences(path, "", "sh", "bash", "console")).splitlines()
    return [line.strip() for line in lines if line.strip().startswith("dojang ")]


def complaints(line: str) -> list[str]:
    """What is wrong with a command line, against the commands that there are."""
    words = shlex.split(line, comments=True)[1:]
    if ">" in words:
        words = words[: words.index(">")]
    for i, word in enumerate(words):
        if word == "--lang":
            assert words[i + 1] in LANGUAGES
            del words[i : i + 2]
            break
    name, *rest = words
    command = build_command().commands.get(name)
    if command is None:
        return [f"no command {name}"]
    options = {o: p for p in command.params if p.opts[0].startswith("-") for o in p.opts}
    arguments = [p for p in command.params if not p.opts[0].startswith("-")]
    given, settings, wrong = 0, [], []
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            given += 1
        elif word not in options:
            wrong.append(f"{name} has no option {word}")
        elif not options[word].is_flag:
            value = rest.pop(0)
            settings += [value] if word == "--set" else []
    needed = sum(p.required for p in arguments)
    most = math.inf if any(p.nargs == -1 for p in arguments) else len(arguments)
    if not needed <= given <= most:
        wrong.append(f"{name} takes {needed} to {most} arguments, not {given}")
    override(Recipe(), parse_settings(settings))  # raises where a key or a value is wrong
    return wrong


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_of_commands_is_up_to_date(lang: str) -> None:
    reference = tool("cli_reference")

    assert read(reference.PAGES[lang]) == reference.page(lang), "run: make docs"


def test_the_table_of_the_recipe_is_up_to_date() -> None:
    reference = tool("recipe_reference")
    page = read(reference.PAGE)

    assert page == reference.with_table(page), "run: make docs"


@pytest.mark.parametrize("path", READMES, ids=lambda p: p.name)
def test_a_readme_is_short(path: Path) -> None:
    assert len(read(path).splitlines()) < README_LINES


def test_both_readmes_show_the_same_commands() -> None:
    first, second = ([shlex.split(c, comments=True) for c in commands_of(p)] for p in READMES)

    assert first == second
    assert len(first) >= 10


@pytest.mark.parametrize("path", READMES, ids=lambda p: p.name)
def test_a_readme_shows_every_command(path: Path) -> None:
    shown = {line.split()[1] for line in commands_of(path)}

    assert shown == {function.__name__ for function in COMMANDS}


def test_command_lines_in_the_documents_exist() -> None:
    pages = [p for p in PAGES if p.name not in ("cli.md", "cli.ko.md")]
    lines = [(page.name, line) for page in pages for line in commands_of(page)]
    wrong = [(name, line, found) for name, line in lines if (found := complaints(line))]

    assert wrong == []
    assert len(lines) >= 25


@pytest.mark.parametrize(
    "line", ["dojang learn photos/", "dojang train", "dojang runs --where x", "dojang schema a"]
)
def test_a_wrong_command_line_would_be_found(line: str) -> None:
    assert complaints(line)


def test_commands_named_in_sentences_exist() -> None:
    known = {function.__name__ for function in COMMANDS}
    spans = [span.split() for page in PAGES for span in INLINE.findall(read(page))]
    named = [s for s in spans if s[0] == "dojang" and len(s) > 1 and not s[1].startswith("-")]

    assert [" ".join(s) for s in named if s[1] not in known] == []
    assert len(named) >= 15


def test_make_targets_in_the_documents_exist() -> None:
    targets = set(re.findall(r"^(\w+):", read(ROOT / "Makefile"), re.M))
    text = "\n".join(read(page) for page in PAGES)
    named = set(re.findall(r"(?:^|`)(?:PYTHON=\S+ )?make (\w+)", text, re.M))

    assert named <= targets
    assert {"setup", "demo", "test", "docs", "lock"} <= named


@pytest.mark.parametrize("path", READMES, ids=lambda p: p.name)
def test_python_in_a_readme_uses_names_that_exist(path: Path) -> None:
    import dojang
    from dojang.app.run import Run

    trees = [ast.parse(body) for body in fences(path, "python")]
    uses = [
        (node.value.id, node.attr)
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    ]
    owners = {"dojang": dojang.__all__, "run": dir(Run)}

    assert [use for use in uses if use[1] not in owners[use[0]]] == []
    assert len(uses) >= 5


def test_links_between_documents_resolve() -> None:
    links = [
        (page, target)
        for page in PAGES
        for target in LINK.findall(read(page))
        if not re.match(r"https?:|#", target)
    ]
    missing = [
        f"{page.relative_to(ROOT)}: {target}"
        for page, target in links
        if not (page.parent / target.partition("#")[0]).exists()
    ]

    assert missing == []
    assert len(links) >= 30


def test_every_page_can_be_found_from_the_index() -> None:
    index = ROOT / "docs/README.md"
    linked = {(index.parent / target).resolve() for target in LINK.findall(read(index))}

    assert set(ROOT.glob("docs/**/*.md")) - {index} <= linked


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(p.name[:4]) for p in sorted(ROOT.glob("docs/decisions/*.md"))]

    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 7


def test_the_lock_names_every_package_with_its_hash_and_no_address() -> None:
    lines = read(ROOT / "requirements.lock").splitlines()
    packages = [line for line in lines if not line.startswith("#")]
    locked = {line.partition("==")[0] for line in packages}
    direct = tool("lock").wanted(read(ROOT / "pyproject.toml"))
    names = {re.split(r"[^\w.-]", d)[0].lower().replace("_", "-") for d in direct}

    assert re.fullmatch(r"# \w+ \w+ \w+ \d+\.\d+", lines[0])
    assert [
        p for p in packages if not re.fullmatch(r"\S+==\S+( --hash=sha256:[0-9a-f]{64})+", p)
    ] == []
    assert names <= locked


@pytest.mark.parametrize(
    "line",
    ["cd /" + "work/main", '"/' + 'tmp/x"', "https://mirror.example/" + "simple", "/" + "opt/w"],
)
def test_a_private_address_would_be_found(line: str) -> None:
    assert PRIVATE.search(line)


def test_no_file_has_a_local_path_or_an_address_of_an_index() -> None:
    wrong, looked = [], 0
    for path in repository_files():
        try:
            text = read(path)
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        looked += 1
        for number, line in enumerate(text.splitlines(), 1):
            if PRIVATE.search(HARMLESS.sub("", line)):
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")

    assert wrong == []
    assert looked >= 100


def repository_files() -> list[Path]:
    """What git would commit; without git, everything outside of folders that it ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        return [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        ignored = re.compile(
            r"^(\.venv|\.git|\..*_cache|\.hypothesis|runs|demo|build|dist|results)$"
        )
        return [
            p
            for p in ROOT.rglob("*")
            if p.is_file()
            and not any(ignored.match(s) or s == "__pycache__" for s in p.relative_to(ROOT).parts)
        ]


def test_measured_figures_come_from_the_results_of_the_benchmarks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tables = tool("readme_tables")
    monkeypatch.setattr("sys.argv", ["readme_tables.py", "--check"])
    assert tables.main() == 0
    assert "fastai" in READMES[0].read_text(encoding="utf-8").partition(tables.START)[2]


def test_figures_of_techniques_come_from_the_results_of_the_benchmarks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tables = tool("technique_tables")
    monkeypatch.setattr("sys.argv", ["technique_tables.py", "--check"])
    assert tables.main() == 0


def test_a_card_says_what_was_measured_and_never_better_than_it_is() -> None:
    tables = tool("technique_tables")
    words = tables.WORDS["techniques.md"]
    change = {"mean": 0.5, "difference": 0.0123, "low": -0.001, "high": 0.0256}
    row = {"settings": {"a.b": 0.1}, "seeds": 5, "accuracy": change, "time": 1.5, "epochs": 9.0,
           "same": False}  # fmt: skip
    measured = {"summary": {"sam": row}, "baseline": {"train.epochs": 15}}
    costs = {
        "costs": {"sam": {"milliseconds": 320.0, "megabytes": 44.7}},
        "step": {"milliseconds": 300.0},
    }
    line = tables.line("sam", words, measured, costs)

    assert "`a.b: 0.1`: +1.2 points of accuracy [-0.1, +2.6], 5 seeds, 1.50 times" in line
    assert words["unclear"] in line and "9 of 15 epochs" in line and "320 ms" in line
    assert tables.line("ema", words, measured, {}) == words["none"]
    for low, high, verdict in ((0.001, 0.02, "better"), (-0.02, -0.001, "worse")):
        assert tables.verdict(row | {"accuracy": change | {"low": low, "high": high}}) == verdict
    assert tables.verdict(row | {"same": True}) == "same"
    assert tables.verdict(row | {"accuracy": {"difference": 0.1}}) == "unclear"


def test_every_technique_that_is_measured_has_a_card() -> None:
    tables = tool("technique_tables")
    source = ast.parse(read(ROOT / "benchmarks/techniques.py"))
    (table,) = [
        node.value for node in source.body
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "TECHNIQUES"
    ]  # fmt: skip
    assert isinstance(table, ast.Dict)
    keys = {key.value for key in table.keys if isinstance(key, ast.Constant)}
    for name in tables.WORDS:
        cards = tables.CARD.findall(read(ROOT / "docs" / name))
        assert sorted(n for c in cards for n in c.split()) == sorted(keys)
