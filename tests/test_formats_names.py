"""Is a download's name harmless in headers, shells and file systems, whatever it came from?"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import InvalidInput
from geodata.formats.files import distinct_names, file_name, stem
from geodata.formats.rows import about_text, generated_at
from service.http.downloads import content_disposition
from tests.format_rows import ABOUT, sample


def named(name: str) -> str:
    return content_disposition(replace(ABOUT, name=name), "csv")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("deposits", "deposits.csv"),
        ("deposits 2025-02-25", "deposits-2025-02-25.csv"),
        ("../../etc/passwd", "etc-passwd.csv"),
        ("a\r\nSet-Cookie: x", "a-Set-Cookie-x.csv"),
        ('"; rm -rf ~', "rm--rf.csv"),
        ("Родовища", "download.csv"),
        ("", "download.csv"),
        ("CON", "CON-data.csv"),
        ("nul.tar", "nul.tar-data.csv"),
        ("café", "cafe.csv"),
        ("x" * 300, "x" * 120 + ".csv"),
    ],
)
def test_a_file_name_is_plain(name: str, wanted: str) -> None:
    assert file_name(replace(ABOUT, name=name), "csv") == wanted


def test_a_plain_name_needs_no_second_spelling() -> None:
    assert named("deposits") == 'attachment; filename="deposits.csv"'


def test_a_name_in_another_script_is_spelled_as_rfc_6266_says() -> None:
    assert named("Літій") == (
        "attachment; filename=\"download.csv\"; filename*=UTF-8''%D0%9B%D1%96%D1%82%D1%96%D0%B9.csv"
    )


@given(st.text(max_size=200))
def test_no_name_ends_the_header_or_leaves_the_folder(name: str) -> None:
    if any(0xD800 <= ord(c) <= 0xDFFF for c in name):
        return
    header = named(name)

    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert "/" not in header
    assert "\\" not in header
    assert ".." not in header


@given(st.lists(st.text(min_size=1, max_size=15), unique=True, max_size=30))
def test_distinct_names_are_distinct_short_and_the_same_each_time(names: list[str]) -> None:
    given_names = distinct_names(names, 10, ("geom",), ascii_only=True)

    assert list(given_names) == names
    assert len({n.lower() for n in given_names.values()} | {"geom"}) == len(names) + 1
    assert all(len(n) <= 10 and n.isascii() for n in given_names.values())
    assert given_names == distinct_names(names, 10, ("geom",), ascii_only=True)


def test_a_stem_never_begins_with_a_dot_or_dash() -> None:
    assert stem(".-.hidden") == "hidden"


def test_the_readme_names_source_notes_and_columns() -> None:
    text = about_text(ABOUT, sample(), ("One note.",))

    assert text.startswith(ABOUT.title)
    for words in (ABOUT.licence, ABOUT.query, "One note.", "amount (number, t): About amount."):
        assert words in text


def test_the_time_of_the_release_is_utc() -> None:
    about = replace(ABOUT, generated="2025-02-25T14:00:00+02:00")

    assert generated_at(about) == datetime(2025, 2, 25, 12, tzinfo=UTC)


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput, match="RFC 3339"):
        generated_at(replace(ABOUT, generated="yesterday"))
