"""Questions without a model: what is offered passes its checks, and the checks can fail."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from edkit.contracts.drafts import Source
from edkit.contracts.questions import Option, Question
from edkit.llm.minilm import MiniLM
from job_handler.documents.shape import Document, Piece, assemble
from job_handler.quizmaking.checks import faults
from job_handler.quizmaking.making import make
from job_handler.quizmaking.shape import TYPES, Made, Order
from tests.gateway.making import TEXT


def letters(texts: Sequence[str]) -> Any:
    """A stand-in for the model: texts with other letters, or pairs of them, point elsewhere."""
    rows = np.full((len(texts), 26 * 27), 0.01)
    for row, text in zip(rows, texts, strict=True):
        low = [ord(sign) - 97 for sign in text.casefold() if "a" <= sign <= "z"]
        for first, second in zip([26, *low], low, strict=False):
            row[second * 27 + first] += 1
            row[second * 27 + 26] += 1
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def document() -> Document:
    return assemble("Plants", [Piece(" ".join(TEXT.split()))])


def order(count: int = 6, **more: Any) -> Order:
    fields = {"types": TYPES[:3], "difficulty": "medium", "seed": "1", **more}
    return Order(documents=(document(),), names=(None,), count=count, **fields)


def test_every_question_rests_on_its_sentence() -> None:
    text = document().text
    batch = make(order(), letters, lambda _: None)
    assert len(batch.items) == 6
    for made in batch.items:
        assert text[made.source.start : made.source.end] == made.source.quote
        assert list(faults(made, text)) == []
        if made.question.type == "single_choice":
            assert len(made.question.options) == 4
            assert sum(option.correct for option in made.question.options) == 1
    assert {made.question.type for made in batch.items} == set(TYPES[:3])
    assert len({made.source.quote for made in batch.items}) == 6


def test_the_same_seed_makes_the_same_and_what_is_taken_does_not_come_again() -> None:
    first = make(order(3), letters, lambda _: None)
    assert make(order(3), letters, lambda _: None) == first
    taken = tuple(made.question.text for made in first.items)
    others = make(order(3, taken=taken), letters, lambda _: None)
    assert not {made.question.text for made in others.items} & set(taken)


def test_fewer_are_offered_as_fewer_and_nothing_is_invented() -> None:
    batch = make(order(30), letters, lambda _: None)
    assert 0 < len(batch.items) < 30
    assert "of the 30" in batch.remarks[-1]
    vague = assemble("", [Piece("It was like that. They came, and so it went. This is why we like them there.")])
    empty = make(order().model_copy(update={"documents": (vague,)}), letters, lambda _: None)
    assert empty.items == ()
    assert empty.remarks


VAGUE = "This is what it does to them, as shown above."
GOOD = "Osmosis is the movement of water through a thin skin."


def made(quote: str = GOOD, **more: Any) -> Made:
    options = (Option(text="osmosis", correct=True), Option(text="diffusion"), Option(text="germination"))
    fields = {"type": "single_choice", "text": "Which term fits? “_____ is the movement of water.”", "options": options}
    return Made(question=Question(**{**fields, **more}), source=Source(quote=quote, start=0, end=len(quote)))


def test_a_sound_question_has_no_faults() -> None:
    assert list(faults(made(), GOOD)) == []


@pytest.mark.parametrize(
    ("broken", "text", "says"),
    [
        (made(), "Something else entirely, and longer than the quote is.", "not in the text"),
        (made(text="Osmosis is the movement of what, we ask?"), GOOD, "own answer"),
        (made(options=(Option(text="fermentation", correct=True), Option(text="b"))), GOOD, "not in the sentence"),
        (made(options=(Option(text="osmosis", correct=True), Option(text="thin skin"))), GOOD, "stands in"),
        (made(options=(Option(text="osmosis", correct=True), Option(text="Osmosis"))), GOOD, "say the same"),
        (made(options=(Option(text="a"), Option(text="b"))), GOOD, "none of its options"),
        (made(text=f"What is missing? “{VAGUE.replace('it', '_____')}”"), GOOD, "stands around"),
        (made(text="Which process is shown in the figure of the leaf?"), GOOD, "stands around"),
        (made(text="Which is it? <script>alert(1)</script> Tell us, please."), GOOD, "markup"),
        (made(explanation="See [here](https://evil.example) for more."), GOOD, "markup"),
        (
            made(options=tuple(Option(text=word, correct=word != "c") for word in ("osmosis", "water", "c"))),
            GOOD,
            "more than",
        ),
        (made(type="true_false", options=(Option(text="True"), Option(text="False"))), GOOD, "one is right"),
    ],
)
def test_the_checks_find_what_is_wrong(broken: Made, text: str, says: str) -> None:
    assert any(says in fault for fault in faults(broken, text))


def test_the_embedding_model_knows_what_is_alike() -> None:
    model = MiniLM()
    vectors = model.embed(["The cat sits on the mat.", "A feline rests on a rug.", "Quantum field theory is hard."])
    near = vectors @ vectors.T
    assert near[0, 1] > 0.5 > near[0, 2]
    assert np.allclose(np.diag(near), 1, atol=1e-5)
    alone = model.embed(["A feline rests on a rug."])[0]
    assert np.allclose(alone, vectors[1], atol=1e-5)
