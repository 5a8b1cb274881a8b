"""The files of a report and its pages."""
