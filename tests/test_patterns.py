"""Can a text make a pattern, or the words of a query, take more than their length in time?"""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _parser as sre  # type: ignore[attr-defined]
from typing import Any

import pytest
from starlette.datastructures import QueryParams

import geodata.cql2
import service
from geodata.errors import InvalidInput
from service.app import create_app
from service.params.core import Param, parse_query
from service.routes import ROUTES
from service.settings import Settings


def all_patterns() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Every pattern that a module of the service or the filter language keeps."""
    for package in (service, geodata.cql2):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                module = importlib.import_module(found.name)
                for name, value in vars(module).items():
                    if isinstance(value, re.Pattern):
                        yield f"{found.name}.{name}", value


def endless_within_endless(parsed_pattern: Any, *, inside: bool = False) -> bool:
    """Whether a part without end is repeated without end, and may be given back bit by bit."""
    for kind, value in parsed_pattern:
        name, within = str(kind), inside
        if name in {"MAX_REPEAT", "MIN_REPEAT"} and value[1] > 1000:
            if inside:
                return True
            within = True
        for part in value if isinstance(value, tuple | list) else ():
            for nested in part if isinstance(part, list) else [part]:
                if isinstance(nested, sre.SubPattern) and endless_within_endless(
                    nested, inside=within
                ):
                    return True
    return False


def test_the_search_for_endless_patterns_finds_them() -> None:
    for text in ("(a+)+", "(?:a|b*)*c", "(?:(?:x+y)?)+", "((a*)b|c)*"):
        assert endless_within_endless(sre.parse(text)), text
    for text in ("(?:[^'\\\\]++|'')*+'", "a+b+", "(?:ab?){1,9}c*", "[ab]*c"):
        assert not endless_within_endless(sre.parse(text)), text


def test_no_pattern_repeats_without_end_what_repeats_without_end() -> None:
    patterns = dict(all_patterns())
    assert len(patterns) > 12
    assert [
        n
        for n, p in patterns.items()
        if endless_within_endless(sre.parse(p.pattern, p.flags & re.VERBOSE))
    ] == []


def test_a_segment_of_a_path_holds_one_word() -> None:
    paths = {route.path for route in ROUTES}
    assert [path for path in paths for part in path.split("/") if part.count("{") > 1] == []
    assert [path for path in paths if path.count(":path}") > 1] == []


def test_every_path_of_the_application_is_known(tmp_path: Any) -> None:
    app: Any = create_app(Settings(workspace=tmp_path)).app
    for route in app.routes:
        assert all(part.count("{") <= 1 for part in route.path.split("/")), route.path


@pytest.mark.parametrize("count", [2, 5000])
def test_a_parameter_that_may_be_repeated_is_as_long_as_all_its_texts(count: int) -> None:
    by_name = {"c": Param("c", {}, "", many=True), "d": Param("d", {}, "")}
    query = QueryParams([("c", "ab"), ("d", "1"), *[("c", "ab")] * (count - 1)])
    if count == 2:
        assert parse_query(query, by_name) == {"c": "ab,ab", "d": "1"}
    else:
        with pytest.raises(InvalidInput, match="14999 characters"):
            parse_query(query, by_name)
