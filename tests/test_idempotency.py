"""Responses that are kept for requests that may be sent again, on both databases."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from index.database.connections import Address, Database
from index.errors import BadValue
from service.http.idempotency import KEPT, Responses, Sent, response

SENT = Sent("key1", "same-again", "digest")


@pytest.fixture
def responses(database_address: Address) -> Iterator[Responses]:
    with closing(Responses(database_address)) as responses:
        yield responses


def test_the_same_request_gets_the_same_response_and_another_content_is_refused(responses: Responses) -> None:
    assert responses.find(SENT) is None
    assert responses.keep(SENT, "first") == "first"
    assert responses.keep(SENT, "of a twin") == "first"
    assert responses.find(SENT) == "first"
    assert responses.find(replace(SENT, owner="key2")) is None
    with pytest.raises(BadValue, match="'same-again' was already used with another body"):
        responses.find(replace(SENT, fingerprint="other"))


def test_a_response_is_forgotten_after_a_day(responses: Responses, database_address: Address) -> None:
    responses.keep(SENT, "first")
    with closing(Database(database_address, "the record")) as database, database.writing() as connection:
        made = connection.execute(sa.select(response.c.made)).scalar_one()
        connection.execute(sa.update(response).values(made=made - KEPT - timedelta(seconds=1)))
    assert responses.find(SENT) is None
    assert responses.keep(SENT, "anew") == "anew"
