"""The article it began with, answered."""

from starlette.responses import Response

from geodata.answers.article import DAY, article
from geodata.errors import NotFound
from service.http.context import Ask


def articles(ask: Ask) -> Response:
    """The answer to an article, by its day."""
    if ask.path_words["day"] != str(DAY):
        raise NotFound(f"there is no article of {ask.path_words['day'][:20]}; there is {DAY}")
    permalink = ask.href(f"/articles/{DAY}", {"release": ask.release})
    return ask.answer(article(ask.store, permalink))
