"""One typed registry. A name given twice is our mistake; an unknown name is answered with the
nearest known ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from dojang.core.errors import DojangError, did_you_mean

T = TypeVar("T")


class Registry(Generic[T]):
    """Names of things of one kind, such as losses or schedules."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, T] = {}

    def register(self, name: str) -> Callable[[T], T]:
        """Return a decorator that enters its argument as ``name``."""

        def enter(entry: T) -> T:
            if name in self._entries:
                raise ValueError(f"{self.kind} {name!r} is registered twice")
            self._entries[name] = entry
            return entry

        return enter

    def __getitem__(self, name: str) -> T:
        try:
            return self._entries[name]
        except KeyError:
            hint = did_you_mean(name, self._entries)
            raise DojangError(
                "registry.unknown",
                kind=self.kind,
                name=name,
                hint=hint,
                known=", ".join(sorted(self._entries)),
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)
