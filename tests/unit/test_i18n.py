"""Every text is there in both languages, and Korean particles follow the sound before them."""

from __future__ import annotations

import ast
import contextvars
import importlib
import pkgutil
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import dojang
from dojang.core import messages
from dojang.core.errors import DataError, Problem, did_you_mean
from dojang.core.i18n import language, particle, t, translate, use_language
from dojang.core.messages import CATALOGUE

SOURCE = Path(dojang.__file__).parent
PARTICLES = {"은/는", "이/가", "을/를", "과/와", "으로/로", "이라/라", "이에요/예요"}
HANGUL = re.compile("[가-힣]")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def specifications(text: str) -> set[str]:
    return {spec for _, _, spec, _ in string.Formatter().parse(text) if spec}


# --- The catalogue ----------------------------------------------------------------------------


def test_every_text_is_there_in_both_languages() -> None:
    assert len(CATALOGUE) > 300
    assert [key for key, texts in CATALOGUE.items() if not all(s.strip() for s in texts)] == []


def test_both_languages_have_the_same_placeholders() -> None:
    different = [k for k, (en, ko) in CATALOGUE.items() if placeholders(en) != placeholders(ko)]
    assert different == []


def test_english_is_english_and_korean_is_korean() -> None:
    assert [key for key, (english, _) in CATALOGUE.items() if HANGUL.search(english)] == []
    spoken = [korean for english, korean in CATALOGUE.values() if " " in english]
    assert sum(bool(HANGUL.search(korean)) for korean in spoken) > 0.97 * len(spoken)


def test_only_korean_has_particles_and_only_those_that_are_known() -> None:
    for key, (english, korean) in CATALOGUE.items():
        assert not specifications(english) & PARTICLES, key
        unknown = {spec for spec in specifications(korean) - PARTICLES if HANGUL.search(spec)}
        assert not unknown, key


def test_no_area_overwrites_a_key_of_another() -> None:
    names = [module.name for module in pkgutil.iter_modules(messages.__path__)]
    areas = [importlib.import_module(f"dojang.core.messages.{name}") for name in names]
    assert len(areas) >= 6
    assert len(CATALOGUE) == sum(len(area.MESSAGES) for area in areas)


def test_every_fix_belongs_to_a_message_and_knows_no_more_than_it() -> None:
    fixes = [key for key in CATALOGUE if key.endswith(".fix")]
    assert len(fixes) > 20
    for key in fixes:
        english, _ = CATALOGUE[key.removesuffix(".fix")]
        # What only the fix shows must be given by whoever raises; these three are.
        extra = placeholders(CATALOGUE[key][0]) - placeholders(english)
        assert extra <= {"known", "lr", "remedy"}, key


# --- Keys that the code uses ------------------------------------------------------------------

SPEAKERS = re.compile(r"t|translate|message|Problem|Refused|Refusal|_refused|note|task|\w*Error")
KEY = re.compile(r"[a-z_]+(\.[a-z_0-9]+)+")


def keys_in_code() -> Iterator[tuple[str, str]]:
    """Yield each literal key that a message is asked for with, and where."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if not SPEAKERS.fullmatch(name):
                continue
            # Refusals name the file first.
            for argument in node.args[: 2 if "efus" in name else 1]:
                for part in ast.walk(argument):
                    if isinstance(part, ast.JoinedStr):
                        break
                    if isinstance(part, ast.Constant) and KEY.fullmatch(str(part.value)):
                        yield str(part.value), f"{path.relative_to(SOURCE)}:{part.lineno}"


def keys_in_templates() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("*.html")):
        for key in re.findall(r"""\bt\(\s*["']([^"']+)["']\s*[,)]""", path.read_text("utf-8")):
            yield key, str(path.relative_to(SOURCE))


def test_every_key_that_the_code_uses_is_in_the_catalogue() -> None:
    found = list(keys_in_code())
    assert len({key for key, _ in found}) > 100
    assert [f"{where}: {key}" for key, where in found if key not in CATALOGUE] == []


def test_every_key_that_a_page_uses_is_in_the_catalogue() -> None:
    found = list(keys_in_templates())
    assert len({key for key, _ in found}) > 30
    assert [f"{where}: {key}" for key, where in found if key not in CATALOGUE] == []


def test_every_reason_for_a_refusal_that_the_code_returns_is_in_the_catalogue() -> None:
    pattern = re.compile(r'"((?:decode|read|source)\.[a-z_]+)"')
    found = {
        key
        for path in (SOURCE / "data").glob("*.py")
        for key in pattern.findall(path.read_text(encoding="utf-8"))
    }
    assert len(found) > 15
    assert found <= set(CATALOGUE)


# --- Speaking ---------------------------------------------------------------------------------


def test_the_language_is_the_one_set_last_and_then_the_one_before() -> None:
    with use_language("en"):
        with use_language("ko-KR"):
            assert language() == "ko"
            assert t("decode.empty") == "빈 파일"
            with use_language(None):
                assert language() == "ko"
        assert t("decode.empty") == "empty file"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "ko_KR.UTF-8", "LANG": "en_US.UTF-8"}, "ko"),
        ({"DOJANG_LANG": "en", "LANG": "ko_KR.UTF-8"}, "en"),
        ({"DOJANG_LANG": "ko", "LANG": "C"}, "ko"),
    ],
)
def test_without_a_choice_the_language_is_that_of_the_user(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    for name in ("DOJANG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert contextvars.Context().run(language) == expected


def test_a_missing_key_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        t("no.such.key")


@pytest.mark.parametrize(
    ("word", "pair", "expected"),
    [
        ("사진", "을/를", "을"),
        ("파일", "을/를", "을"),
        ("표", "을/를", "를"),
        ("고양이", "이/가", "가"),
        ("강", "은/는", "은"),
        ("개", "과/와", "와"),
        ("서울", "으로/로", "로"),  # after ㄹ as after a vowel
        ("부산", "으로/로", "으로"),
        ("제주", "으로/로", "로"),
        ("photos.zip", "을/를", "을"),
        ("outwear", "이/가", "가"),
        ("hat", "이/가", "이"),
        ("skirt", "이/가", "가"),
        ("airplane", "은/는", "은"),
        ("apple", "으로/로", "로"),
        ("truck", "으로/로", "으로"),
        ("XML", "을/를", "을"),
        ("PNG", "을/를", "를"),
        ("model", "을/를", "을"),
        ("model", "으로/로", "로"),
        ("train", "은/는", "은"),
        ("3", "이/가", "이"),
        ("2", "이/가", "가"),
        ("10", "을/를", "을"),
        ("7", "으로/로", "로"),
        ("6", "으로/로", "으로"),
        ("(사진)", "을/를", "을"),
        ("사진/", "을/를", "을"),
        ("", "을/를", "를"),
        ("???", "은/는", "는"),
    ],
)
def test_particles_follow_the_sound_before_them(word: str, pair: str, expected: str) -> None:
    assert particle(word, pair) == expected


def test_particles_are_put_into_messages() -> None:
    for path, expected in (("사진", "사진은"), ("표", "표는"), ("a.zip", "a.zip은")):
        assert translate("data.unknown_kind", "ko", {"path": path}).startswith(expected)


# --- Errors -----------------------------------------------------------------------------------


def test_an_error_speaks_the_language_of_whoever_reads_it() -> None:
    problems = [Problem("data.refused", {"name": "a.png", "reason": Problem("decode.empty")})]
    error = DataError("data.empty", path="photos", problems=problems)
    with use_language("en"):
        assert "a.png: empty file" in str(error)
    with use_language("ko"):
        assert "a.png: 빈 파일" in str(error)
        assert error.fix in str(error)


def test_values_with_braces_and_percent_signs_are_put_in_as_they_are() -> None:
    with use_language("en"):
        for name in ("{name}", "{0.__class__}", "%s", "{"):
            assert str(Problem("data.row_missing", {"row": 3, "name": name})).endswith(name)


def test_the_nearest_names_are_offered() -> None:
    with use_language("en"):
        assert "label" in did_you_mean("lable", ["path", "label", "group"])
        assert did_you_mean("zzz", ["path", "label"]) == ""


def test_decomposed_hangul_takes_the_same_particle() -> None:
    import unicodedata

    for word in ("사진", "고양이", "서울"):
        decomposed = unicodedata.normalize("NFD", word)
        for pair in ("을/를", "으로/로"):
            assert particle(decomposed, pair) == particle(word, pair)
