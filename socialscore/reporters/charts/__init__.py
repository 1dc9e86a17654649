"""Charts: SVG drawn by our own templates, the same bytes for the same numbers.

Colours are CSS variables, which a page may set, with a dark palette for dark screens; nothing is
told by colour alone. Each chart has a title and a description for those who do not see it, the
numbers that it draws as `data-` attributes, as the exports have them, and a table of them.
"""

from __future__ import annotations

from socialscore.reporters.charts.adoption import adoption
from socialscore.reporters.charts.bump import Course, bump
from socialscore.reporters.charts.drawing import STYLE, Chart, standalone
from socialscore.reporters.charts.funnel import funnel
from socialscore.reporters.charts.hours import Hour, hours, week_hours
from socialscore.reporters.charts.ranking import axis_head, mark, ranking, shared_ranking
from socialscore.reporters.charts.trend import Point, sparkline, trend
from socialscore.reporters.charts.wait import wait

__all__ = [
    "STYLE",
    "Chart",
    "Course",
    "Hour",
    "Point",
    "adoption",
    "axis_head",
    "bump",
    "funnel",
    "hours",
    "mark",
    "ranking",
    "shared_ranking",
    "sparkline",
    "standalone",
    "trend",
    "wait",
    "week_hours",
]
