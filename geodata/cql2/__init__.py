"""The filter language OGC CQL2 1.0, text and JSON: from text to the rows it selects.

parser (text to structure) → check (structure to typed tree) → filters (tree to mask), with one
table of operators. Everything a caller needs is here.
"""

from geodata.cql2.columns import FilterInput
from geodata.cql2.filters import Filter, both, compile_filter, function_descriptions
from geodata.cql2.literals import FilterCrs

__all__ = ["Filter", "FilterCrs", "FilterInput", "both", "compile_filter", "function_descriptions"]
