"""Who signed in from a browser, until when; and which account stands for whom another service says that somebody is.

A session is 256 random bits that a browser holds and of which the hash is kept, as tokens are. It gives nothing by
itself: what its agent may do is looked up at each act.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from ingestion.registry.accounts import WrongAccount, declared_account, known_agent
from ingestion.registry.tables.model import now
from ingestion.registry.tables.rows import event_row, record
from ingestion.registry.tables.schema import agents, identities, signed_in
from ingestion.registry.tables.sessions import Sessions
from ingestion.rights.decision import Forbidden, require, standing
from ingestion.rights.model import ACCOUNT, Agent

HOURS: Final = 8
"""How long a session lasts, whatever is done meanwhile."""
MOST: Final = 20
"""Sessions that an agent may have open at once; one more ends the oldest."""
LONGEST: Final = 200
"""Characters of an issuer, of a subject."""
ENDED: Final = ("agent-revoked", "agent-expired")


class SignIns:
    """Opens, knows and ends sessions; binds identities to accounts. Each call is one transaction."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def open(self, agent: Agent, token: str | None = None, identity: tuple[str, str] | None = None) -> tuple[str, int]:
        """Return a new session of an agent, which is nowhere else, and the seconds that it lasts.

        What it was signed in by, a `token` or an `identity` (issuer, subject), is looked at again in the transaction
        that opens it: it may have been taken away meanwhile. Raises Forbidden.
        """
        session = secrets.token_urlsafe(32)
        until = (datetime.now(UTC) + timedelta(hours=HOURS)).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._sessions.writing() as connection:
            _still(connection, agent, token, identity)
            mine = signed_in.c.agent == agent.name
            kept = sa.select(signed_in.c.hash).where(mine).order_by(signed_in.c.until.desc()).limit(MOST - 1)
            names = connection.execute(kept).scalars().all()
            over = sa.or_(signed_in.c.until <= now(), sa.and_(mine, signed_in.c.hash.not_in(names)))
            connection.execute(signed_in.delete().where(over))
            connection.execute(signed_in.insert().values(hash=_hash(session), agent=agent.name, until=until))
        return session, HOURS * 3600

    def holder(self, session: str) -> Agent | None:
        """Return the agent of a session, None where it is nobody's, is over, or the account has ended."""
        if not self._sessions.exists():
            return None
        with self._sessions.snapshot() as connection:
            # Found by its hash: nobody who has a session's hash has the session.
            mine = signed_in.c.hash == _hash(session), signed_in.c.until > now()
            name = connection.execute(sa.select(signed_in.c.agent).where(*mine)).scalar()
            agent = None if name is None else known_agent(connection, name)
        return None if agent is None or not agent.grants or standing(agent, "read") in ENDED else agent

    def end(self, session: str) -> None:
        """End a session; nothing where it is nobody's."""
        with self._sessions.writing() as connection:
            connection.execute(signed_in.delete().where(signed_in.c.hash == _hash(session)))

    def bind(self, name: str, issuer: str, subject: str, by: Agent) -> None:
        """Let whom an issuer calls `subject` act as an account. Raises Forbidden, WrongAccount."""
        with self._sessions.writing() as connection:
            acting = known_agent(connection, by.name)
            require(acting, "accounts")
            declared_account(connection, name)
            if not (0 < len(issuer) <= LONGEST and 0 < len(subject) <= LONGEST):
                raise WrongAccount("account-identity", agent=name, most=LONGEST)
            mine = identities.c.issuer == issuer, identities.c.subject == subject
            known = connection.execute(sa.select(identities.c.agent).where(*mine)).scalar()
            if known not in (None, name):
                raise WrongAccount("account-bound", agent=known)
            if known is None:
                connection.execute(identities.insert().values(issuer=issuer, subject=subject, agent=name))
                record(connection, [event_row(ACCOUNT, name, 0, "bound", now(), acting)])

    def unbind(self, issuer: str, subject: str, by: Agent) -> str:
        """Let whom an issuer calls `subject` act as no account, and end its sessions; return the name of the account.

        Raises Forbidden, and WrongAccount where the identity is bound to none.
        """
        with self._sessions.writing() as connection:
            acting = known_agent(connection, by.name)
            require(acting, "accounts")
            mine = identities.c.issuer == issuer, identities.c.subject == subject
            name = connection.execute(sa.select(identities.c.agent).where(*mine)).scalar()
            if name is None:
                raise WrongAccount("account-unbound", agent=subject[:LONGEST])
            connection.execute(identities.delete().where(*mine))
            # Which of them this identity opened is not kept.
            connection.execute(signed_in.delete().where(signed_in.c.agent == name))
            record(connection, [event_row(ACCOUNT, name, 0, "unbound", now(), acting)])
        return str(name)

    def bound(self, issuer: str, subject: str) -> Agent | None:
        """Return the agent as whom an identity acts, None where no account stands for it or the account has ended."""
        if not self._sessions.exists():
            return None
        with self._sessions.snapshot() as connection:
            mine = identities.c.issuer == issuer, identities.c.subject == subject
            name = connection.execute(sa.select(identities.c.agent).where(*mine)).scalar()
            agent = None if name is None else known_agent(connection, name)
        return None if agent is None or standing(agent, "read") in ENDED else agent


def _still(connection: sa.Connection, agent: Agent, token: str | None, identity: tuple[str, str] | None) -> None:
    """Raise Forbidden where what somebody signed in by no longer stands for the agent."""
    found = known_agent(connection, agent.name)
    if (why := standing(found, "read")) in ENDED:
        raise Forbidden(why, found, "read")
    kept = connection.execute(sa.select(agents.c.token_hash).where(agents.c.name == agent.name)).scalar()
    if token is not None and not hmac.compare_digest(kept or "", _hash(token)):
        raise Forbidden("sign-in-replaced", found, "read")
    if identity is not None:
        mine = identities.c.issuer == identity[0], identities.c.subject == identity[1]
        if connection.execute(sa.select(identities.c.agent).where(*mine)).scalar() != agent.name:
            raise Forbidden("sign-in-replaced", found, "read")


def _hash(session: str) -> Any:
    return hashlib.sha256(session.encode()).hexdigest()
