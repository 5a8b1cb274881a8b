"""Figures of exhibits, matrices and searches, as PNG and SVG."""
