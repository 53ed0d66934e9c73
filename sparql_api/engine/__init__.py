"""The engines behind SPARQL: a query in, a whole answer or an error out, always from one edition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ontologie import lazily

if TYPE_CHECKING:
    from sparql_api.engine.cached import CachedEngine as CachedEngine
    from sparql_api.engine.opening import open_engine as open_engine
    from sparql_api.engine.port import Answer as Answer
    from sparql_api.engine.port import Body as Body
    from sparql_api.engine.port import Engine as Engine
    from sparql_api.engine.workers.worker import Unwritable as Unwritable
    from sparql_api.engine.workers.worker import as_xml as as_xml
    from sparql_api.query.errors import EditionNotFound as EditionNotFound
    from sparql_api.query.errors import EngineError as EngineError
    from sparql_api.query.errors import QuerySyntaxError as QuerySyntaxError
    from sparql_api.query.errors import QueueFull as QueueFull
    from sparql_api.query.plan import Plan as Plan
    from sparql_api.query.plan import Rules as Rules
    from sparql_api.query.stores import EditionStores as EditionStores
    from sparql_api.query.stores import SingleStore as SingleStore
    from sparql_api.query.stores import StoreRef as StoreRef
    from sparql_api.query.stores import Stores as Stores
else:
    __getattr__, __dir__ = lazily(
        __name__,
        {
            "engine.cached": "CachedEngine",
            "engine.opening": "open_engine",
            "engine.port": "Answer Body Engine",
            "engine.workers.worker": "Unwritable as_xml",
            "query.errors": "EditionNotFound EngineError QuerySyntaxError QueueFull",
            "query.plan": "Plan Rules",
            "query.stores": "EditionStores SingleStore StoreRef Stores",
        },
        below="sparql_api",
    )
