"""What a quiz is called when nobody has said."""

import pytest

from job_handler.jobs.naming import LONGEST, short_title
from tests.gateway.making import TEXT

CELLS = "Inside them, and whatever lives there, much goes on that no eye has ever seen before. "
KING = "It is said that there once was a king in the north who had no crown at all."


@pytest.mark.parametrize(
    ("text", "language", "title"),
    [
        ("\n  Cell structure\nA cell is the smallest unit.", "en", "Cell structure"),
        (TEXT, "en", "Photosynthesis"),
        ("The process of osmosis is the movement of water through a thin skin. More.", "en", "Process of osmosis"),
        ("Die Photosynthese ist der Vorgang, mit dem Pflanzen Licht in Zucker wandeln.", "de", "Photosynthese"),
        (CELLS + "Ribosomes work in cells. " * 3, "en", "Ribosomes, cells"),
        (CELLS, "de", "Inside them, and whatever lives there, much goes on that no…"),
        (KING, None, "It is said that there once was a king in the north who had…"),
        ("Hello there.", "en", "Hello there"),
        ("x" * 500, None, f"{'x' * (LONGEST - 1)}…"),
        (" \n", None, ""),
    ],
)
def test_a_title_is_a_few_words_and_never_the_whole_first_sentence(text: str, language: str | None, title: str) -> None:
    assert short_title(text, language) == title
    assert len(title) <= LONGEST
