"""JSON as language models write it."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edkit.llm.loose_json import candidates

UNTIDY = [
    ('{"a": 1}', {"a": 1}),
    ('Here:\n```json\n{"a": [1, 2]}\n```\nBye', {"a": [1, 2]}),
    ('```\n{"a": 1}', {"a": 1}),
    ('{"a": [1, 2,], "b": {"c": 3,},}', {"a": [1, 2], "b": {"c": 3}}),
    ("{'a': 'the plant\\'s root', b: True, \"c\": None}", {"a": "the plant's root", "b": True, "c": None}),
    ("{'a': 'a plant's root, yes'}", {"a": "a plant's root, yes"}),
    ('I am {sure} of [it]: {"a": "x"} really', {"a": "x"}),
    ('{"small": 1} but rather {"a": "the larger one", "b": 2}', {"a": "the larger one", "b": 2}),
    ('{"a": "line\nbreak"}', {"a": "line\nbreak"}),
    ('x {"a": "\\u00e9\\ud83d\\ude00\\n\\"q\\""}', {"a": 'é😀\n"q"'}),
    ('x {"a": "\\ud83d alone"}', {"a": "\ufffd alone"}),
    ('x {"a": -1.5e3, "b": 0}', {"a": -1500.0, "b": 0}),
    ('\ufeff{"a": 1}', {"a": 1}),
]


@pytest.mark.parametrize(("text", "value"), UNTIDY)
def test_an_untidy_text_is_read_whole(text: str, value: Any) -> None:
    found = candidates(text)[0]
    assert (found.value, found.whole) == (value, True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"t": "x", "items": [{"a": 1}, {"a": 2}, {"a"', {"t": "x", "items": [{"a": 1}, {"a": 2}]}),
        ('{"t": "x", "items": [{"a": [1, 2]}, {"a": [3', {"t": "x", "items": [{"a": [1, 2]}]}),
        ('{"t": "x", "u": "cut sho', {"t": "x"}),
        ('{"t": "x", "n": 12', {"t": "x"}),
        ('[{"a": 1}, {"b": "\\', [{"a": 1}]),
        ('{"items": [{"a": 1}, oops {"a": 2}]}', {"items": [{"a": 1}]}),
    ],
)
def test_of_a_text_cut_short_the_whole_elements_are_kept(text: str, value: Any) -> None:
    found = candidates(text)[0]
    assert (found.value, found.whole) == (value, False)


@pytest.mark.parametrize("text", ["", "   ", "nothing here", "{", "[", "{}{}[]", '{"a', "]]}}"])
def test_where_there_is_nothing_there_is_no_candidate(text: str) -> None:
    assert [found for found in candidates(text) if found.value] == []


Values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(
    items=st.lists(st.dictionaries(st.text(min_size=1), Values, min_size=1, max_size=3), min_size=1, max_size=5),
    data=st.data(),
)
def test_every_beginning_of_a_list_gives_the_beginning_of_its_elements(items: list[Any], data: st.DataObject) -> None:
    text = json.dumps({"items": items})
    cut = data.draw(st.integers(len('{"items": [{'), len(text)))
    found = next((found.value for found in candidates("Well: " + text[:cut]) if "items" in found.value), {"items": []})
    assert found["items"] == items[: len(found["items"])]
    if cut == len(text):
        assert found["items"] == items


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="{}[]\",:'\\u019aé \n", max_size=200))
def test_no_text_is_too_odd(text: str) -> None:
    candidates(text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        '{"a":' * 100_000,
        '["' * 200_000,
        "[1," * 200_000,
        "{'a': '" + "'x" * 200_000,
        "[" + "9" * 200_000,
        '{"a": "' + "\\u12" * 100_000,
        "[" + '{"a":1},' * 50_000 + "x",
    ],
    ids=lambda text: text[:8],
)
def test_no_text_takes_long(text: str) -> None:
    begun = time.process_time()
    candidates(text)
    assert time.process_time() - begun < 5
