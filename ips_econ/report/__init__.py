"""What a finished run says: tables, charts and documents, from the files of its directory."""

from ips_econ.report.documents import write_report
from ips_econ.report.results import Results, load_results
from ips_econ.report.terminal import headline_table

__all__ = ["Results", "headline_table", "load_results", "write_report"]
