"""Rate limits of keys, and the headers that say what is left.

The headers are those of the IETF draft "RateLimit header fields for HTTP"
(draft-ietf-httpapi-ratelimit-headers-11). A window is a whole minute or day of UTC.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from sqlalchemy import BigInteger, Column, Executable, Integer, String, Table, case
from starlette.exceptions import HTTPException

from index.database.connections import Address, Database
from index.database.revisions import revised

tables = revised("limits", "1")

# A row for each key and policy, of its newest window alone.
usage = Table(
    "usage",
    tables,
    Column("owner", String, primary_key=True),  # the id of a key; empty for whoever needs none
    Column("policy", String, primary_key=True),
    Column("began", BigInteger, nullable=False),  # seconds of Unix time
    Column("requests", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Policy:
    """So many requests in a window of so many seconds."""

    name: str
    quota: int
    window: int


@dataclass(frozen=True, slots=True)
class Standing:
    """State of a policy's quota: what is left, and the seconds until there is a new one."""

    policy: Policy
    left: int
    seconds: int


class TooMany(HTTPException):
    """A request past a quota. It counts nowhere."""

    def __init__(self, standings: Sequence[Standing]) -> None:
        # Of several that are spent, the one that lasts: to come back sooner would be in vain.
        spent = max((one for one in standings if not one.left), key=lambda one: one.seconds)
        detail = (
            f"the limit of {spent.policy.quota} requests a {spent.policy.name} is reached; "
            f"try again in {spent.seconds} s"
        )
        super().__init__(
            HTTPStatus.TOO_MANY_REQUESTS, detail, {"Retry-After": str(spent.seconds), **told(standings)}
        )


class Limits:
    """The requests of every key in its current windows, which all processes count into together."""

    def __init__(
        self, address: Address, minute: int = 0, day: int = 0, now: Callable[[], float] = time.time
    ) -> None:
        """Opens the database, made if there is none. `minute` and `day` are quotas; 0 is no limit."""
        given = (Policy("minute", minute, 60), Policy("day", day, 86_400))
        self._policies = [policy for policy in given if policy.quota]
        self._now = now
        self._database = Database(address, "the record of keys")
        self._database.create(tables)

    def take(self, owner: str) -> dict[str, str]:
        """Counts a request, and gives the headers of its response. Raises TooMany."""
        if not self._policies:
            return {}
        now = int(self._now())
        with self._database.writing() as connection:
            rows = connection.execute(self._counting(owner, now))
            before = {row.policy: row.requests - 1 for row in rows}
            standings = self._standings(before, now)
            if not all(one.left for one in standings):
                # Raised in the transaction, which takes the counting back.
                raise TooMany(standings)
        return told([replace(one, left=one.left - 1) for one in standings])

    def _counting(self, owner: str, now: int) -> Executable:
        rows = [
            {"owner": owner, "policy": policy.name, "began": now - now % policy.window, "requests": 1}
            for policy in self._policies
        ]
        added = self._database.insert(usage).values(rows)
        # A process that is late counts into the window that another has begun.
        begins = added.excluded.began > usage.c.began
        return added.on_conflict_do_update(
            index_elements=["owner", "policy"],
            set_={
                "began": case((begins, added.excluded.began), else_=usage.c.began),
                "requests": case((begins, 1), else_=usage.c.requests + 1),
            },
        ).returning(usage.c.policy, usage.c.requests)

    def _standings(self, used: Mapping[str, int], now: int) -> list[Standing]:
        return [
            Standing(policy, max(0, policy.quota - used[policy.name]), policy.window - now % policy.window)
            for policy in self._policies
        ]


def told(standings: Sequence[Standing]) -> dict[str, str]:
    """The headers that say what is allowed and what is left of it."""
    allowed = (f'"{one.policy.name}";q={one.policy.quota};w={one.policy.window}' for one in standings)
    left = (f'"{one.policy.name}";r={one.left};t={one.seconds}' for one in standings)
    return {"RateLimit-Policy": ", ".join(allowed), "RateLimit": ", ".join(left)}
