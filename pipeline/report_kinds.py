"""The kinds of exhibit a study may ask for: the one place where a new kind is entered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pipeline.report_blocks import Built, Material, Place
from pipeline.report_change import build_change_chart, build_change_table
from pipeline.report_criteria import build_criteria, build_gaps
from pipeline.report_flows import build_flows, build_matrix
from pipeline.report_map import build_map
from pipeline.report_offices import build_offices, build_offices_map
from pipeline.report_points import build_estimates_table, build_points_chart
from pipeline.report_pyramid import build_pyramid
from pipeline.report_results import build_results
from pipeline.report_routes import build_routes
from pipeline.report_small_areas import build_areas_table, build_ranking
from pipeline.report_trend import build_external_table, build_trend_chart, build_trend_table
from pipeline.report_weighting_picture import build_weighting
from surveys.study import Exhibit


@dataclass(frozen=True)
class Kind:
    """One kind of exhibit.

    Parameters
    ----------
    counted : {'table', 'chart'}
        Which numbering it takes part in: Table 3, Figure 2.
    build : callable
        From the exhibit, its material and its place to the block that the templates print.
    of_estimates : bool
        Whether its numbers are rows of the estimate table.
    data_in : str
        Kind of the table with the numbers of a chart; the annex has none where a chapter already has it.
    """

    counted: Literal["table", "chart"]
    build: Callable[[Exhibit, Material, Place], Built]
    of_estimates: bool = False
    data_in: str = "table"


#: Name in ``study.yaml`` (``kind:``) to what makes it; ``study.schema.json`` lists the same names.
KINDS: dict[str, Kind] = {
    "table": Kind("table", build_estimates_table, of_estimates=True),
    "intervals": Kind("chart", build_points_chart, of_estimates=True),
    "map": Kind("chart", build_map, of_estimates=True),
    "offices": Kind("table", build_offices),
    "offices_map": Kind("chart", build_offices_map, data_in="offices"),
    "bars": Kind("chart", build_points_chart, of_estimates=True),
    "line": Kind("chart", build_points_chart, of_estimates=True),
    "comparison": Kind("table", build_results),
    "regression": Kind("table", build_results),
    "independence": Kind("table", build_results),
    "small_areas": Kind("table", build_areas_table),
    "ranking": Kind("chart", build_ranking, data_in="small_areas"),
    "criteria": Kind("table", build_criteria),
    "gaps": Kind("table", build_gaps),
    "matrix": Kind("table", build_matrix, of_estimates=True),
    "flows": Kind("table", build_flows, of_estimates=True),
    "routes": Kind("chart", build_routes, of_estimates=True, data_in="flows"),
    "pyramid": Kind("chart", build_pyramid, of_estimates=True),
    "change": Kind("table", build_change_table),
    "change_chart": Kind("chart", build_change_chart, data_in="change"),
    "trend": Kind("chart", build_trend_chart, data_in="trend_table"),
    "trend_table": Kind("table", build_trend_table),
    "external": Kind("table", build_external_table),
    "weighting": Kind("chart", build_weighting),
}
