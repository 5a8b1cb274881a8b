"""Exhibits as files for people: what they say (content), as text (forms) and drawn (pictures), and the pages of it.

``report.pages.write.write_report`` does it all; this file imports nothing, so that tables come without matplotlib.
"""
