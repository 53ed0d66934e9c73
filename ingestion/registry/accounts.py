"""The accounts of a registry: who is declared with which roles, until when, and the token that proves it.

A token is 256 random bits, shown once. Nobody can guess one, so that its plain SHA-256 is kept: a slow hash protects
words that people choose, and would cost each request its time.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa

from ingestion.registry.editions import PUBLISHER
from ingestion.registry.tables.model import Event, now
from ingestion.registry.tables.rows import event_row, named, record
from ingestion.registry.tables.schema import agents, events, identities, roles, signed_in
from ingestion.registry.tables.sessions import Sessions
from ingestion.rights.decision import require
from ingestion.rights.model import ACCOUNT, OPERATOR, VOCABULARY, Agent, Grant, Matter
from ingestion.words.errors import RefusedAct
from ontologie import in_both

TOKEN_BYTES: Final = 32
_OWN: Final = frozenset((OPERATOR.name, PUBLISHER.name, VOCABULARY.name))
"""Names under which the program itself acts."""

_PREFIX: Final = "oia_"
"""What every token begins with, so that one that was published by mistake is found."""


class WrongAccount(RefusedAct):
    """An account that cannot be as it is asked for; `reason` is a code of `phrases/relecture.csv`."""

    def __init__(self, reason: str, **words: object) -> None:
        super().__init__(in_both("relecture", reason, **words))


class Accounts:
    """Declares, ends and knows agents; each call is one transaction, and an act of whom it is given as `by`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def known(self, name: str) -> Agent:
        """Return the agent of a name; one that is not declared has no role."""
        if not self._sessions.exists():
            return OPERATOR if name == OPERATOR.name else Agent(name)
        with self._sessions.snapshot() as connection:
            return known_agent(connection, name)

    def listed(self, by: Agent) -> list[Agent]:
        """Return every agent, by name. Raises Forbidden."""
        require(self.known(by.name), "accounts")
        if not self._sessions.exists():
            return [OPERATOR]
        with self._sessions.snapshot() as connection:
            return list(_agents(connection))

    def declare(self, agent: Agent, by: Agent) -> bool:
        """Declare an agent, or give a known one what it does not have yet; return whether that changed anything.

        Raises Forbidden, and WrongAccount for a name of the program's own and for one that was revoked.
        """
        with self._sessions.writing() as connection:
            acting = known_agent(connection, by.name)
            require(acting, "accounts")
            if agent.name in _OWN:
                raise WrongAccount("account-operator", agent=agent.name)
            before = known_agent(connection, agent.name)
            if before.revoked is not None:
                raise WrongAccount("account-revoked", agent=agent.name)
            fresh = [grant for grant in agent.grants if grant not in before.grants]
            found = replace(
                before, organisation=agent.organisation or before.organisation, expires=agent.expires or before.expires
            )
            if not fresh and found == before:
                return False
            _put(connection, found)
            rows = [{"agent": agent.name, "role": grant.role, "scope": grant.scope} for grant in fresh]
            if rows:
                connection.execute(roles.insert(), rows)
            _tell(connection, agent.name, "declared", acting, (grant.role for grant in fresh))
            return True

    def revoke(self, name: str, by: Agent) -> None:
        """End an account and its token, for good; what it did stays. Raises Forbidden, WrongAccount."""
        with self._sessions.writing() as connection:
            acting = known_agent(connection, by.name)
            require(acting, "accounts")
            declared_account(connection, name)
            mine = agents.update().where(agents.c.name == name)
            connection.execute(mine.values(revoked=now(), token_hash=None))
            connection.execute(signed_in.delete().where(signed_in.c.agent == name))
            _tell(connection, name, "revoked", acting)

    def token(self, name: str, by: Agent) -> str:
        """Return a new token of an agent, in the place of the one before; it is nowhere else. Raises as `revoke`."""
        token = _PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
        with self._sessions.writing() as connection:
            acting = known_agent(connection, by.name)
            require(acting, "accounts")
            declared_account(connection, name)
            connection.execute(agents.update().where(agents.c.name == name).values(token_hash=_hash(token)))
            # Who had the one before may have signed in by it.
            connection.execute(signed_in.delete().where(signed_in.c.agent == name))
            _tell(connection, name, "token", acting)
        return token

    def holder(self, token: str) -> Agent | None:
        """Return the agent whose token this is, None where it is nobody's; whether it may act, `decide` says."""
        if not self._sessions.exists():
            return None
        given, found = _hash(token), None
        with self._sessions.snapshot() as connection:
            asked = sa.select(agents.c.name, agents.c.token_hash).where(agents.c.token_hash.is_not(None))
            # Each is compared, and whole: how long that takes tells nothing of how near a guess came.
            for name, kept in connection.execute(asked):
                if hmac.compare_digest(given, kept):
                    found = name
            return None if found is None else known_agent(connection, found)

    def follow(self, other: Accounts) -> None:
        """Let accounts be ended, and have the tokens, that another registry knows later news of: a restore's."""
        if not other._sessions.exists():
            return
        with other._sessions.snapshot() as connection:
            known = connection.execute(sa.select(agents.c.name, agents.c.token_hash, agents.c.revoked)).all()
        with self._sessions.writing() as connection:
            for name, token, revoked in known:
                mine = agents.update().where(agents.c.name == name)
                connection.execute(mine.values(token_hash=token))
                if revoked is not None:
                    connection.execute(mine.values(revoked=revoked))

    def about(self, name: str, by: Agent) -> dict[str, Any]:
        """Return all that the registry knows of an agent, but the hash of its token (GDPR art. 15).

        Raises Forbidden, and LookupError where the name is in no account and in no event.
        """
        require(self.known(by.name), "export", Matter(ACCOUNT, name))
        if not self._sessions.exists():
            raise LookupError(name)
        with self._sessions.snapshot() as connection:
            agent = known_agent(connection, name)
            theirs = sa.or_(events.c.agent == name, sa.and_(*named(events, ACCOUNT, name)))
            asked = sa.select(events).where(theirs).order_by(events.c.id)
            rows = connection.execute(asked).mappings()
            told = [{key: value for key, value in row.items() if value is not None} for row in rows]
            of = sa.select(identities.c.issuer, identities.c.subject).where(identities.c.agent == name)
            bound = [dict(row) for row in connection.execute(of).mappings()]
        if not told and not agent.grants:
            raise LookupError(name)
        return {**described(agent), "identities": bound, "events": told}


def described(agent: Agent) -> dict[str, Any]:
    """Return an account as plain values, for a table or a file."""
    return {
        "name": agent.name, "roles": [{"role": one.role, "scope": one.scope or None} for one in agent.grants],
        "organisation": agent.organisation, "expires": agent.expires, "revoked": agent.revoked,
    }  # fmt: skip


def known_agent(connection: sa.Connection, name: str) -> Agent:
    """Return an agent as the registry knows it in this transaction; one that is not declared has no role."""
    return next(_agents(connection, agents.c.name == name), Agent(name))


def _agents(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> Iterator[Agent]:
    """Yield the agents that are declared, by name."""
    grants: dict[str, list[Grant]] = {}
    held = sa.select(roles).join(agents, agents.c.name == roles.c.agent).where(*conditions)
    for row in connection.execute(held.order_by(roles.c.agent, roles.c.role, roles.c.scope)):
        grants.setdefault(row.agent, []).append(Grant(row.role, row.scope))
    for row in connection.execute(sa.select(agents).where(*conditions).order_by(agents.c.name)):
        yield Agent(row.name, tuple(grants.get(row.name, ())), row.organisation, row.expires, row.revoked)


def declared_account(connection: sa.Connection, name: str) -> None:
    """Raise WrongAccount where an account is not there to be changed."""
    agent = known_agent(connection, name)
    if name in _OWN:
        raise WrongAccount("account-operator", agent=name)
    if agent.revoked is not None:
        raise WrongAccount("account-revoked", agent=name)
    if not agent.grants:
        raise WrongAccount("account-unknown", agent=name)


def _put(connection: sa.Connection, agent: Agent) -> None:
    values = {"organisation": agent.organisation, "expires": agent.expires}
    done = connection.execute(agents.update().where(agents.c.name == agent.name).values(values))
    if not done.rowcount:
        connection.execute(agents.insert().values(name=agent.name, **values))


def _tell(connection: sa.Connection, name: str, event: Event, by: Agent, details: Iterable[str] = ()) -> None:
    """Note what became of an account; a role at a time, since an event says few words."""
    told: Sequence[str | None] = [*details] or [None]
    record(connection, [event_row(ACCOUNT, name, 0, event, now(), by, detail=one) for one in told])


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
