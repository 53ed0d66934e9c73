"""The engines behind SPARQL: a query in, a whole answer or an error out, always from one edition."""

from sparql_api.engine.cached import CachedEngine
from sparql_api.engine.embedded import EmbeddedEngine
from sparql_api.engine.errors import (
    AnswerTooLarge,
    DeadlineExceeded,
    EditionNotFound,
    EngineError,
    EvaluationError,
    MemoryExceeded,
    NoEdition,
    NotAcceptable,
    Preempted,
    QueryRefused,
    QuerySyntaxError,
    QueryTooLong,
    QueueFull,
    ServiceFailed,
    SpoolFull,
    StoreUnreadable,
    WorkerCrashed,
)
from sparql_api.engine.opening import open_engine
from sparql_api.engine.plan import Plan, Rules
from sparql_api.engine.port import Answer, Body, Engine, EngineStatus, bindings
from sparql_api.engine.stores import EditionStores, SingleStore, StoreRef, Stores
from sparql_api.engine.worker import Unwritable, as_xml

__all__ = [
    "Answer",
    "AnswerTooLarge",
    "Body",
    "CachedEngine",
    "DeadlineExceeded",
    "EditionNotFound",
    "EditionStores",
    "EmbeddedEngine",
    "Engine",
    "EngineError",
    "EngineStatus",
    "EvaluationError",
    "MemoryExceeded",
    "NoEdition",
    "NotAcceptable",
    "Plan",
    "Preempted",
    "QueryRefused",
    "QuerySyntaxError",
    "QueryTooLong",
    "QueueFull",
    "Rules",
    "ServiceFailed",
    "SingleStore",
    "SpoolFull",
    "StoreRef",
    "StoreUnreadable",
    "Stores",
    "Unwritable",
    "WorkerCrashed",
    "as_xml",
    "bindings",
    "open_engine",
]
