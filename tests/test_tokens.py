"""Numbers and days are the same however they are written."""

from decimal import Decimal

import pytest

from service.verification.tokens import Day, end_of, holds, tokens, without_marks


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("fourteen", "14"),
        ("1,200", "1200"),
        ("1\u202f200", "1200"),
        ("1'234'567", "1234567"),
        ("1.234.567", "1234567"),
        ("61 million", "61000000"),
        ("sixty-one million", "61000000"),
        ("69.1 million", "69100000"),
        ("a dozen", "12"),
        ("two dozen", "24"),
        ("half a million", "500000"),
        ("a hundred and fifty", "150"),
        ("two hundred and twelve thousand", "212000"),
        ("twenty-two thousand five hundred", "22500"),
        ("18k", "18000"),
        ("4.6", "4.6"),
    ],
)
def test_a_number_is_the_same_however_it_is_written(written: str, number: str) -> None:
    assert tokens(written) == (Decimal(number),)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2 June 2021", Day(2021, 6, 2)),
        ("June 2, 2021", Day(2021, 6, 2)),
        ("2021-06-02", Day(2021, 6, 2)),
        ("2nd of June 2021", Day(2021, 6, 2)),
        ("02.06.2021", Day(2021, 6, 2)),
        ("2 de junio de 2021", Day(2021, 6, 2)),
        ("June 2021", Day(2021, 6, None)),
        ("2 June", Day(None, 6, 2)),
        ("June 2nd", Day(None, 6, 2)),
    ],
)
def test_a_day_is_the_same_however_it_is_written(written: str, day: Day) -> None:
    assert tokens(written) == (day,)


@pytest.mark.parametrize(
    ("text", "phrase", "held"),
    [
        ("Fourteen families were evacuated.", "14 families", True),
        ("The bill: 61 million crowns, fourteen paid.", "61000000 crowns", True),
        ("It opened on Saturday, 17 June 2023.", "June 2023", True),
        ("It opened on Saturday, 17 June 2023.", "2023", True),
        ("It opens in June 2023.", "17 June 2023", False),
        ("41% of women", "41 per cent", True),
        ("In 2020 312 people came", "312", True),
        ("114 families", "14 families", False),
        ("It may 5 times.", "5 May", False),
        ("the mayor's “promise”", "Mayor promise", True),
        ("من 14 عائلة", "14 عائلة", True),
        ("", "14", False),
        ("14", "", False),
    ],
)
def test_a_text_holds_a_phrase(text: str, phrase: str, held: bool) -> None:
    assert holds(text, phrase) is held


def test_a_number_in_words_ends_where_a_sentence_does() -> None:
    assert tokens("It cost 61 million, fourteen paid. Two hundred. And five") == (
        *("it", "cost", Decimal(61_000_000), Decimal(14), "paid"),
        *(Decimal(200), "and", Decimal(5)),
    )


def test_a_phrase_is_looked_for_after_a_place() -> None:
    text = tokens("48, then 61, then 48")
    assert (end_of(tokens("48"), text), end_of(tokens("48"), text, 1), end_of(tokens("61"), text, 3)) == (
        1,
        5,
        None,
    )


def test_marks_are_taken_out() -> None:
    assert without_marks("14 families [1] left [3.2][4].") == "14 families left."
