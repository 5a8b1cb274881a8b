"""Exhibits as files for people: one `Table`, four writers for it, figures, and HTML pages made from `report.json`.

``report.write.write_report`` does it all; this file imports nothing, so that tables come without matplotlib.
"""
