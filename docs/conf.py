"""How Sphinx makes the documentation: `make docs`, or `sphinx-build docs build/docs`.

The theme is Furo: MIT licence, kept up with every version of Sphinx, one column of text that suits a book, light and
dark by the reader's own setting, and nothing loaded from elsewhere, so that the site can be read from a disk.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "microbp"
author = "The microbp contributors"
copyright = author
html_title = "microbp"

extensions = ["sphinx.ext.autodoc", "myst_nb", "api", "pages", "mathml", "inner_links"]
exclude_patterns = ["extensions"]
nitpicky = True
language = "en"
smartquotes = False  # in the docstrings quotes are Python's

autodoc_typehints = "none"
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
python_display_short_literal_types = True

# Notebooks are shown as they are stored.
nb_execution_mode = "off"
nb_render_markdown_format = "myst"  # with tables, as those of the book's experiments
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 4
html_math_renderer = "mathml"

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["microbp.css"]
html_copy_source = False
html_show_search_summary = False  # it would have to read other pages, which a browser doesn't from a disk
html_show_sourcelink = False
html_show_sphinx = False
highlight_language = "text"  # of blocks that don't name one: tables and formulas
pygments_style = "friendly"
pygments_dark_style = "monokai"
