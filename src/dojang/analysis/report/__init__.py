"""The report: everything a run can say, on one page that opens anywhere and offline."""

from dojang.analysis.report.build import write_report

__all__ = ["write_report"]
