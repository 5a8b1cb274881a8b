"""Text: CSV, Markdown, LaTeX and HTML, line by line."""
