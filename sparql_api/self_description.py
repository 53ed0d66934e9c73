"""VoID and DCAT over HTTP."""

from fastapi import APIRouter

from sparql_api.service import Service


def self_description_router(service: Service) -> APIRouter:
    """Return the routes."""
    return APIRouter()
