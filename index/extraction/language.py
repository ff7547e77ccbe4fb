"""The language that a text is written in."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of the language `text` seems to be in; None below twenty letters."""
    sample = text[:4000]
    if sum(map(str.isalpha, sample)) < 20:
        return None
    if _is_sorani(sample):
        return "ku"
    label: str = _identifier().classify(sample)[0]
    return "ku" if label == "ckb" else label


def _is_sorani(sample: str) -> bool:
    """Kurdish in Arabic letters, which the model takes for Persian or Uighur, has vowels of its own."""
    own, kept_apart = sum(map(sample.count, "ێۆڵڕە")), sum(map(sample.count, "ېۇۈڭ"))
    return sum(map(sample.count, "ێڵڕ")) > kept_apart and own >= 0.06 * sum(map(str.isalpha, sample))


@cache
def _identifier() -> "LanguageIdentifier":
    """Loading takes half a second, so it happens once and only when a language is asked for."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    # Labels of three letters are dialects, which have no ISO 639-1 code and take Arabic for "ary"; in
    # Aragonese and Latin there is no news, but they take short Spanish lines.
    known = [label for label in identifier.labels if len(label) == 2 or label == "ckb"]
    identifier.set_languages([label for label in known if label not in ("an", "la")])
    return identifier
