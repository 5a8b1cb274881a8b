"""Exhibits as files for people: tables, figures, and a page that shows them.

``report.write.write_report`` does it all; this file imports nothing, so that tables come without matplotlib.
"""
