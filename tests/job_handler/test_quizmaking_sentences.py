"""What of a sentence is asked, and what is not: one sentence for each fault that a reader has found."""

import re
from collections.abc import Sequence

import pytest

from edkit.chance import SeededChance
from edkit.contracts.drafts import GeneratedType
from job_handler.documents.shape import Document, Piece, assemble
from job_handler.quizmaking.explaining import explained_in
from job_handler.quizmaking.making import make
from job_handler.quizmaking.numbers import claimed, wrong_numbers
from job_handler.quizmaking.opposites import opposites
from job_handler.quizmaking.said import every_sentence, plain_of
from job_handler.quizmaking.shape import Batch, Order
from job_handler.quizmaking.words import leans_outside, sets_a_scene
from job_handler.quizmaking.written import Explained, Written
from tests.job_handler.test_quizmaking import letters


def document(*paragraphs: str) -> Document:
    return assemble("Reading", [Piece(text) for text in paragraphs])


def explained(*paragraphs: str) -> dict[str, Explained]:
    every = every_sentence(document(*paragraphs))
    return {one.term: one for one in explained_in(every, Written(every))}


def batch(text: str, *kinds: GeneratedType, count: int = 10) -> Batch:
    order = Order(documents=(document(text),), names=(None,), count=count, types=kinds, difficulty="medium", seed="1")
    return make(order, letters, lambda _: None)


@pytest.mark.parametrize(
    ("text", "term", "rest"),
    [
        ("Insomnia, a consistent difficulty in falling asleep, is the most common of them.", "insomnia", "difficulty"),
        ("Attacks come with cataplexy, which is a lack of tone in the muscles, and pass.", "cataplexy", "a lack of"),
        ("It is given with melatonin (the hormone secreted by the pineal gland).", "melatonin", "the hormone"),
        ("The amplitude of a wave is the distance from its middle to its top. Much amplitude is a loud amplitude.",
         "amplitude", "the distance"),
        ("A phoneme (a sound such as ah or eh in a word) is a basic unit of the sounds of a language, and different "
         "languages have different ones.", "phoneme", "a basic unit"),
    ],
)  # fmt: skip
def test_more_ways_of_saying_what_something_is(text: str, term: str, rest: str) -> None:
    assert rest in explained(text)[term].rest


def test_what_happens_in_something_says_what_it_is() -> None:
    found = explained("In negative reinforcement, something painful is taken away. Negative reinforcement works.")
    assert found["negative reinforcement"].how == "within"


@pytest.mark.parametrize(
    "text",
    [
        "The rainforest is home to about two million insect species of the world.",
        "The pressure is the negative stimulus that the horse wants to remove.",
        "Snow is a rarity; the heaviest fall at the airport was two inches in one night.",
        "It was decided in Larry v. Virginia, a case of the highest court that changed the law for schools.",
        "They would freeze (a defense of the body that is found in rats) when they heard it.",
        "The reality is that some aspects of each idea are probably correct.",
        "Inside some chloroplasts is a pyrenoid that lies between the stacks of two membranes.",
        "Atkins v. Virginia was a landmark case of the highest court in the United States.",
        "It grows because of poverty, which is bad, as it is known for its safaris and parks.",
        "Causes include poverty, the lack of access to schools that all of them could use.",
        "The show is a significant part of British culture that has become known everywhere.",
    ],
)
def test_what_only_looks_like_an_explanation_is_none(text: str) -> None:
    assert [one.term for one in explained(text).values() if one.how in ("is", "verb", "called")] == []


@pytest.mark.parametrize(
    ("said", "leans"),
    [
        ("Hormones are messengers that must bind to a receptor in order to send their signal.", False),
        ("The glands secrete hormones, such as adrenaline, in times of stress.", False),
        ("The genetic makeup of that individual decides much.", True),
        ("If that charge reaches a certain level, the neuron becomes active.", True),
        ("Theta waves are even lower in frequency than alpha waves.", True),
        ("Water in the soil keeps it cool in the heat of summer.", False),
        ("Such a rule saves time and energy.", True),
        ("People in general can be helped when you speak to them.", True),
    ],
)
def test_a_word_that_points_at_nothing_in_its_sentence_is_seen(said: str, leans: bool) -> None:
    assert leans_outside(said) is leans


@pytest.mark.parametrize(
    "said",
    [
        "Carla sells glasses at a store, and earns a commission.",
        "The astronauts were in danger of being poisoned by the air.",
        "The subdivision was annexed to the City in January 1912.",
    ],
)
def test_a_story_is_nothing_to_learn(said: str) -> None:
    written = Written(every_sentence(document(said, "Sigmund Freud lived in Vienna.")))
    assert written.tells_a_story(said) or sets_a_scene(said)
    assert not written.tells_a_story("Freud was an Austrian neurologist who listened to the people of Vienna.")


def test_links_to_the_sentence_before_are_left_out_and_nothing_is_torn() -> None:
    assert plain_of("In addition to hormones, the gland secretes pain relief.").startswith("In addition to")
    assert plain_of("However, most of it stays.") == "Most of it stays."
    assert plain_of("Research shows, however, that sleep helps.") == "Research shows that sleep helps."


@pytest.mark.parametrize(
    ("said", "false"),
    [
        ("Sensory neurons are afferent fibers.", "Sensory neurons are efferent fibers."),
        ("A deposit lowers the price and increases demand.", "A deposit lowers the price and decreases demand."),
        ("The mode is the most frequent response.", "The mode is the least frequent response."),
        ("An internal organ secretes insulin.", "An external organ secretes insulin."),
        ("Blood leaves the heart through the aorta.", "Blood enters the heart through the aorta."),
        ("Prices rose by half during the war.", "Prices fell by half during the war."),
    ],
)
def test_a_statement_becomes_false_in_the_word_that_carries_the_claim(said: str, false: str) -> None:
    assert next(opposites(said)) == false


@pytest.mark.parametrize(
    "said",
    [
        "Stress may increase the need for sleep.",
        "Some tasks become easier with practice.",
        "The most famous study was conducted on obedience.",
        "Higher amplitudes are louder, and lower amplitudes are not as loud.",
        "The best treatment will depend on the severity of the pain, higher or not.",
        "The years after all had more recent findings.",
        "Photosynthesis takes place in the leaves of plants.",
        "Green leaves hold chlorophyll.",
        "Language is processed in the left hemisphere.",
    ],
)
def test_what_may_be_true_the_other_way_round_is_not_turned(said: str) -> None:
    assert list(opposites(said)) == []


def test_a_number_is_asked_for_where_no_other_can_be_right() -> None:
    found = claimed("The laboratory was founded in 1879 at Leipzig.")
    assert found is not None
    wrong = wrong_numbers("1879", found.sort, SeededChance("1"), "The laboratory was founded in 1879 at Leipzig.")
    assert len(set(wrong)) == 3
    assert all(abs(int(other) - 1879) >= 13 for other in wrong)
    for said in (
        "More than 60 percent of the plants are green.",
        "The Dani have two words for color: one word for light and one word for dark.",
        "Between 30 and 50 percent of people sleep badly.",
        "After serving 11 years in prison he was free.",
    ):
        assert claimed(said) is None


REINFORCING = """
Positive reinforcement is the adding of something pleasant to make a behavior more frequent. Negative reinforcement is
the removing of something painful to make a behavior more frequent. Positive punishment is the adding of something
painful to make a behavior rare. Negative punishment is the removing of something pleasant to make a behavior rare.
Extinction is the slow end of a behavior that is never followed by a reward. Shaping is the teaching of a behavior by
rewards for small steps towards it.
"""


def test_options_may_be_descriptions_where_the_terms_are_too_unlike() -> None:
    text = (
        "Osmosis is the movement of water through a thin skin. Grafting is the joining of one plant to the root of one "
        "that is stronger. A botanist is a person who studies plants for a living. The electron transport chain is a "
        "row of proteins that pass on the energy of light. "
    )
    made = [one for one in batch(text, "single_choice").items if "description fits" in one.question.text]
    assert made
    for one in made:
        right = [option.text for option in one.question.options if option.correct]
        wrong = [option.text for option in one.question.options if not option.correct]
        assert (len(right), len(wrong)) == (1, 3)
        assert one.source is not None
        assert right[0][1:] in one.source.quote
        assert all(other[1:] in text and other[1:] not in one.source.quote for other in wrong)


def test_statements_are_true_by_their_sentence_or_stand_nowhere_in_the_text() -> None:
    text = " ".join(REINFORCING.split())
    made = batch(REINFORCING, "true_false").items
    said = [(re.search("“(.*)”", one.question.text), one.question.options[0].correct) for one in made]
    assert {true for _, true in said} == {True, False}
    for statement, true in said:
        assert statement is not None
        assert (statement[1] in text) is true


def test_statements_and_numbers_do_not_fill_a_quiz_that_may_hold_more() -> None:
    years = (f"The town of Harbour{word} was founded in {1400 + 37 * place} by monks near the coast of Wales."
             for place, word in enumerate(("ford", "ton", "wick", "by", "stead", "ham", "ley", "dale")))  # fmt: skip
    text = f"{REINFORCING} {' '.join(years)} Harbourford and Harbourton lie in Wales, as Harbourwick does."
    kinds: Sequence[GeneratedType] = ("single_choice", "true_false", "typed")
    made = batch(text, *kinds).items
    assert sum(one.question.type == "true_false" for one in made) <= 4
    assert sum("number is missing" in one.question.text for one in made) <= 3


def test_a_gap_is_never_the_first_half_of_a_word_pair() -> None:
    text = f"{REINFORCING} The consequences of extinction debt include a sudden rise of the behavior in the next days."
    assert not [one for one in batch(text, "typed").items if "_____ debt" in one.question.text]
