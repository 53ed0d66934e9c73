"""The routes of the workshop, all together."""

from __future__ import annotations

from fastapi import APIRouter

from sparql_api.acts.agents import Doors
from sparql_api.acts.atelier.analysing import analysing_pages
from sparql_api.acts.atelier.comparing import comparing_pages
from sparql_api.acts.atelier.depositing import depositing_pages
from sparql_api.acts.atelier.document import document_pages
from sparql_api.acts.atelier.labelling import labelling_pages
from sparql_api.acts.atelier.publishing import publishing_pages
from sparql_api.acts.atelier.reports import report_pages
from sparql_api.acts.atelier.reviewing import reviewing_pages
from sparql_api.acts.atelier.signing import signing_routes
from sparql_api.acts.atelier.workshop import Workshop
from sparql_api.acts.deposits import Counter
from sparql_api.pages.common.service import Service


def atelier_router(service: Service, doors: Doors, counter: Counter) -> APIRouter:
    """Return the routes of the workshop."""
    router = APIRouter(tags=["atelier"])
    workshop = Workshop(service, doors, router)
    signing_routes(workshop)
    reviewing_pages(workshop)
    document_pages(workshop)
    depositing_pages(workshop, counter)
    publishing_pages(workshop, counter)
    report_pages(workshop, counter)
    labelling_pages(workshop)
    analysing_pages(workshop, counter)
    comparing_pages(workshop)
    return router
