"""Charts drawn on the server: one call gives the same SVG for the page and for a document.

What every chart here keeps to:

* Same input, same bytes: no random ids, no dates, so a test can compare.
* No <style>, no <script>, no style attribute: clean under the strict CSP.
* Colours are presentation attributes that hold the light palette for print. On the page
  the stylesheet wins over them by class name, so dark needs no second rendering.
* Meaning is never colour alone: a shape or a printed figure says it too.
* Nothing to draw gives an empty string, and the page says so in words.
* All words come translated from the caller.
"""

from continuity.web.charts.bars import Bar, Bars
from continuity.web.charts.figure import NARROW, Figure, Point
from continuity.web.charts.heat import Heat, HeatCell, HeatRow
from continuity.web.charts.stacked import TONES, Stacked
from continuity.web.charts.steps import Mark, Steps, Tread
from continuity.web.charts.trend import Trend, sparkline

__all__ = [
    "NARROW",
    "TONES",
    "Bar",
    "Bars",
    "Figure",
    "Heat",
    "HeatCell",
    "HeatRow",
    "Mark",
    "Point",
    "Stacked",
    "Steps",
    "Tread",
    "Trend",
    "sparkline",
]
