"""Which format is wanted, by `f` and by Accept?"""

import pytest

from service.http.negotiation import wanted_format


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "html"),
        ("application/json,text/html;q=0.9", "json"),
        ("application/geo+json;q=0.5,text/html", "html"),
        ("text/html;q=0.4, application/json;q=0.5", "json"),
        ("TEXT/HTML", "html"),
        ("text/html;q=0", "json"),
        ("text/html;q=x", "json"),
        ("image/png", "json"),
        ("," * 5000, "json"),
        ("text/*", "html"),
        ("text/*;q=0.5, application/*", "json"),
        ("text/*;q=0.5, application/*;q=0.4", "html"),
        ("application/json;q=0, application/geo+json;q=0, */*", "html"),
        ("application/json;q=0, */*;q=0.1", "html"),
        ("text/html;q=0, text/*", "json"),
        ("text/html;q=0.2, */*;q=0.9", "json"),
        ("application/json;q=0", "json"),
        ("image/*", "json"),
    ],
)
def test_html_goes_to_those_who_would_rather_have_it(accept: str, form: str) -> None:
    assert wanted_format(None, accept, ("json", "html"), {}) == form
    assert wanted_format("json", accept, ("json", "html"), {}) == "json"
    assert wanted_format(None, accept, ("json",), {}) == "json"
