"""A text that stands among others turns none of them, and is else as written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontologie import closed
from ontologie.directions import closed_in_html
from ontologie.templating import html_templates

SIGNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ENDS = {**dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c"), **dict.fromkeys("\u2066\u2067\u2068", "\u2069")}
TEXTS = st.text(alphabet=st.sampled_from([*SIGNS, *SIGNS, "a", "ع", "\n", "<"]), max_size=20)


def turns(text: str) -> bool:
    """Tell whether a text leaves a direction open, or ends one that it did not begin (UAX #9, X5a to X7)."""
    waiting: list[str] = []
    for sign in text:
        if sign in ENDS:
            waiting.append(ENDS[sign])
        elif sign in "\u202c\u2069":
            if sign == "\u2069":  # An isolate's end ends what is open within it.
                while waiting and waiting[-1] != sign:
                    waiting.pop()
            if not waiting or waiting.pop() != sign:
                return True
    return bool(waiting)


@given(text=TEXTS)
def test_a_text_is_closed_and_else_as_written(text: str) -> None:
    found = closed(text)
    assert not turns(found) and closed(found) == found
    assert [one for one in found if one not in SIGNS] == [one for one in text if one not in SIGNS]
    if not turns(text):
        assert found == text


@pytest.mark.parametrize(
    "text",
    [
        "إطار كفاءات الذكاء الاصطناعي للمتعلمين",
        "\u202bإطار\u202c (UNESCO)",
        "المادة \u20665\u2069 من القانون",
        "שלום \u200fAI\u200e",
        "عربي\u061c 2024",
    ],
)
def test_texts_from_right_to_left_stay_whole(text: str) -> None:
    assert closed(text) == text
    assert html_templates("sparql_api").from_string('<p title="{{ a }}">{{ a }}</p>').render(a=text) == f'<p title="{text}">{text}</p>'


def test_each_text_and_each_attribute_of_a_page_is_closed_by_itself() -> None:
    page = html_templates("sparql_api").from_string('<p title="{{ a }}">{{ a }}<b>{{ b }}</b></p>')
    assert page.render(a="x\u202ey", b="z\u2069<") == '<p title="x\u202ey\u202c">x\u202ey\u202c<b>z&lt;</b></p>'
    assert closed_in_html("<p>é</p>") == "<p>é</p>"
