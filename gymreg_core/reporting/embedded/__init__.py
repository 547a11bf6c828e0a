"""The embedded renderer: makes a Quarto project of our pages into HTML and PDF where Quarto is not installed.

It reads the project's own ``_quarto.yml``, template, style and Lua filters, so that both renderers give the same
pages, and refuses whatever the pages' dialect (``dialect.yml``, ``check.lua``) does not know.
"""

from gymreg_core.reporting.embedded.render import render_document, render_project

__all__ = ["render_document", "render_project"]
