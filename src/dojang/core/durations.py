"""Durations with units: ``20ep``, ``3000st``, ``90s``, ``10min``, ``2h``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_PATTERN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ep|st|s|min|h)\s*")
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class Duration:
    """A length of training: epochs (``ep``), steps (``st``) or wall time (``s min h``)."""

    amount: float
    unit: str

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read ``text``; raises ValueError where it is not a number with a known unit."""
        match = _PATTERN.fullmatch(text)
        if match is None or float(match[1]) <= 0:
            raise ValueError(text)
        return cls(float(match[1]), match[2])

    def steps(self, steps_per_epoch: int) -> int | None:
        """Return the length in optimiser steps, or None where it is a wall time."""
        if self.unit == "ep":
            return round(self.amount * steps_per_epoch)
        return round(self.amount) if self.unit == "st" else None

    @property
    def seconds(self) -> float | None:
        """The length in seconds, or None where it counts epochs or steps."""
        factor = _SECONDS.get(self.unit)
        return None if factor is None else self.amount * factor

    def __str__(self) -> str:
        return f"{self.amount:g}{self.unit}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\d+(\.\d+)?(ep|st|s|min|h)$"}

    @classmethod
    def _validate(cls, value: object) -> Duration:
        if isinstance(value, Duration):
            return value
        try:
            return cls.parse(str(value))
        except ValueError:
            raise PydanticCustomError("duration", "a duration such as 20ep or 10min") from None
