"""Model cards for the Hugging Face Hub."""

from dojang.analysis.report.card.make import is_untouched, make_card, write_card

__all__ = ["is_untouched", "make_card", "write_card"]
