"""Errors that teach: each says what is wrong, where, and how to mend it.

A :class:`DojangError` carries message keys, not finished sentences, so that the same error speaks
the language of whoever reads it. The command line prints it and exits with ``exit_code``; nobody
sees a traceback for a mistake that is theirs to mend.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dojang.core.i18n import t

SHOWN_PROBLEMS = 20
EXIT_INTERRUPTED = 130  # as a shell reports Ctrl-C


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: the key of its message and the values to put in."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return t(self.key, **self.values)


class DojangError(Exception):
    """The root of every error that Dojang raises on purpose.

    Args:
        key: the message in the catalogue; ``key + ".fix"`` tells how to mend it.
        problems: single problems of the same kind, all of them, listed below the message.
        total: how many there are, where ``problems`` holds the first of very many.
        values: what to put into the message.
    """

    exit_code = 2

    def __init__(
        self,
        key: str,
        /,
        *,
        problems: Iterable[Problem] = (),
        total: int | None = None,
        **values: object,
    ) -> None:
        self.key = key
        self.values = values
        self.problems = tuple(problems)
        self.total = len(self.problems) if total is None else total
        super().__init__(key)

    def __str__(self) -> str:
        return "\n".join([self.message, *self.details(), *([self.fix] if self.fix else [])])

    @property
    def message(self) -> str:
        """What is wrong and where, in one sentence."""
        return t(self.key, **self.values)

    @property
    def fix(self) -> str:
        """How to mend it, or an empty string."""
        from dojang.core.messages import CATALOGUE

        key = f"{self.key}.fix"
        return t(key, **self.values) if key in CATALOGUE else ""

    def details(self) -> list[str]:
        """The single problems, at most ``SHOWN_PROBLEMS`` of them and a count of the rest."""
        lines = [f"  - {problem}" for problem in self.problems[:SHOWN_PROBLEMS]]
        rest = self.total - SHOWN_PROBLEMS
        return [*lines, "  " + t("error.more", count=rest)] if rest > 0 else lines


class RecipeError(DojangError):
    """The recipe cannot be read, or asks for something that there is not."""


class DataError(DojangError):
    """The images or their labels cannot be used."""


class ModelError(DojangError):
    """No such model, or weights that do not fit it."""


class RunError(DojangError):
    """A run folder that is missing, broken, newer than this program, or not one at all."""


class StorageError(DojangError):
    """The disk is full or may not be written."""


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return the known names that look most like ``name``."""
    names = list(known)
    lower = {n.lower(): n for n in names}
    found = difflib.get_close_matches(name.lower(), lower, n=count, cutoff=0.5)
    return [lower[f] for f in found]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean …?" with the nearest known names, or an empty string."""
    names = nearest(name, known)
    return " " + t("error.did_you_mean", names=", ".join(names)) if names else ""


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn a full disk or a missing right inside the block into a :class:`StorageError`."""
    try:
        yield
    except PermissionError as error:
        raise StorageError("storage.denied", path=error.filename or path) from error
    except OSError as error:
        raise StorageError("storage.failed", path=path, reason=error.strerror or error) from error
