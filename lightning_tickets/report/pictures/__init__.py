"""PNG and SVG of what is drawn."""
