"""Charts: SVG drawn by our own templates, the same bytes for the same numbers.

Colours are CSS variables, which a page may set, with a dark palette for dark screens; nothing is
told by colour alone. Each chart has a title and a description for those who do not see it, and the
numbers that it draws stand in `data-` attributes, as the exports have them.
"""

from __future__ import annotations

from socialscore.reporters.charts.funnel import funnel
from socialscore.reporters.charts.hours import hours
from socialscore.reporters.charts.ranking import ranking
from socialscore.reporters.charts.trend import Point, trend

__all__ = ["Point", "funnel", "hours", "ranking", "trend"]
