"""The questions people ask the graph: one `.rq` file each, typed parameters, and the tokens of SPARQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ontologie import lazily

if TYPE_CHECKING:
    from queries.binding import BadParameter as BadParameter
    from queries.binding import BoundText as BoundText
    from queries.binding import Values as Values
    from queries.binding import bind as bind
    from queries.in_sql import Twin as Twin
    from queries.in_sql import twins as twins
    from queries.questions import Charted as Charted
    from queries.questions import Mapped as Mapped
    from queries.questions import Parameter as Parameter
    from queries.questions import Question as Question
    from queries.questions import column_title as column_title
    from queries.questions import parse_question as parse_question
    from queries.tokens import Token as Token
    from queries.tokens import tokenize as tokenize
    from queries.versions import catalogue as catalogue
    from queries.versions import every_version as every_version
else:
    __getattr__, __dir__ = lazily(
        __name__,
        {
            "binding": "BadParameter BoundText Values bind",
            "in_sql": "Twin twins",
            "questions": "Charted Mapped Parameter Question column_title parse_question",
            "tokens": "Token tokenize",
            "versions": "catalogue every_version",
        },
    )
