"""Conformance suites: what Dojang asks of a source, and what it asks of its own."""

from __future__ import annotations

from dojang.testing.model import broken_promises, check_model
from dojang.testing.source import HOSTILE_NAMES, check_source

__all__ = ["HOSTILE_NAMES", "broken_promises", "check_model", "check_source"]
