"""The service does what its OpenAPI description says, whatever it is sent: statuses, media types, bodies, headers.

schemathesis makes the requests, good and bad, from the description alone, and sends them to a running service.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ingestion import Options, deposit_file, publish
from sparql_api.app import create_app
from sparql_api.outputs import EDITION_OUTPUTS
from sparql_api.settings import Settings
from tests import patient
from tests.making import TEAM, begun, write_csv
from tests.sparql_api.endpoint.live import serve

CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
MODES = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
OF_LIMITS = {
    "deadline", "answer-size", "memory", "queue", "busy", "spool", "computing-queue", "computing-deadline",
}  # fmt: skip
"""The problems that a request may meet here with a status from 500 on."""


@schemathesis.serializer("application/sparql-query")
def plainly(context: schemathesis.SerializationContext, value: object) -> dict[str, bytes]:
    return {"data": str(value).encode("utf-8", "surrogatepass")}


@dataclass
class Described:
    """A running service, its own description, and how it answered what was made from that."""

    url: str
    schema: schemathesis.BaseSchema
    statuses: Counter[int] = field(default_factory=Counter)

    def judge(self, case: schemathesis.Case) -> None:
        answer = case.call(timeout=300)
        case.validate_response(answer, checks=CHECKS)
        self.statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            assert answer.json()["type"].rpartition("/")[2] in OF_LIMITS, answer.text

    def operations(self) -> Iterator[schemathesis.APIOperation]:
        for found in self.schema.get_all_operations():
            yield found.ok()

    def systematic(self, operation: schemathesis.APIOperation) -> None:
        """Send what covers each parameter's bounds, and what breaks them, and methods not described."""
        generation = self.schema.config.generation_for(operation=operation)
        for case in self.schema.iter_coverage_cases(operation, generation_modes=MODES, generation_config=generation):
            self.judge(case)

    def random(self, operation: schemathesis.APIOperation, examples: int) -> None:
        for mode in MODES:
            bounded = settings(
                max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck)
            )
            try:
                bounded(given(operation.as_strategy(mode))(self.judge))()
            except Unsatisfiable:
                if mode is schemathesis.GenerationMode.POSITIVE:  # what takes anything has no wrong request
                    raise


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    """A service with two editions."""
    folder = tmp_path_factory.mktemp("described")
    state, registry = begun(folder)
    deposit_file(write_csv(folder / "rows.csv", [{"id": "B1"}]), registry, TEAM, Options(), validate=True)
    publish(state, registry, EDITION_OUTPUTS)
    registry.close()
    with serve(create_app(Settings(var=state.var, workers=2, query_timeout=5, log_queries=False))) as url:
        yield Described(url, schemathesis.openapi.from_url(f"{url}/openapi.json"))


@pytest.mark.long
def test_the_description_is_one_and_each_default_has_the_type_of_its_parameter(tmp_path: Path) -> None:
    described = create_app(Settings(var=tmp_path, workers=1)).openapi()
    assert not [error.message for error in OpenAPIV31SpecValidator(described).iter_errors()]
    defaults = {
        (path, one["name"]): one["schema"]["default"]
        for path, item in described["paths"].items()
        for one in item.get("get", {}).get("parameters", ())
        if "default" in one["schema"]
    }
    assert {type(value) for value in defaults.values()} >= {int, float, str}
    wrong = deepcopy(described)
    wrong["paths"]["/editions"]["get"]["parameters"].append(
        {"name": "n", "in": "query", "schema": {"type": "number", "default": "0.5"}}
    )
    assert any(OpenAPIV31SpecValidator(wrong).iter_errors()), "a default of another type would be noticed"


def is_question(operation: schemathesis.APIOperation) -> bool:
    return operation.path.startswith("/queries/")


@pytest.mark.long
def test_each_address_answers_as_described(described: Described) -> None:
    asked = [operation for operation in described.operations() if not is_question(operation)]
    for operation in asked:
        if operation.path in ("/fiches", "/editions/{number}"):
            described.systematic(operation)
        described.random(operation, 3)
    assert {operation.path for operation in asked} > {
        "/sparql",
        "/rdf-graph-store",
        "/fiches",
        "/editions/{number}",
        "/void",
    }
    assert {200, 400, 404, 405, 406} <= set(described.statuses), "requests of all kinds were made"


@pytest.mark.long
def test_the_saved_questions_answer_as_described(described: Described) -> None:
    """All of them go one way; each kind of parameter is there."""
    asked = [operation for operation in described.operations() if is_question(operation)]
    for operation in asked[::4]:
        described.random(operation, 2)
    assert len(asked) > 40


@pytest.mark.long
def test_each_address_answers_as_described_at_length(described: Described) -> None:
    for operation in described.operations():
        described.random(operation, 4 if is_question(operation) else 24)
        described.systematic(operation)


@pytest.mark.long
def test_what_is_not_described_is_noticed(described: Described) -> None:
    raw = patient.get(f"{described.url}/openapi.json").json()
    del raw["paths"]["/fiches"]["get"]["responses"]["400"]
    raw["paths"]["/health"]["get"]["responses"]["200"]["content"] = {"text/plain": {}}
    raw["paths"]["/editions"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] = {"type": "array"}
    wrong = schemathesis.openapi.from_dict(raw)
    wrong.config.update(base_url=described.url)
    for path, query in (("/fiches", {"page": "0"}), ("/health", {}), ("/editions", {})):
        with pytest.raises(FailureGroup):
            described.judge(wrong[path]["GET"].Case(query=query))
