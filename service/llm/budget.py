"""Budget of language models: what they may cost in a day, and what they have cost. Days are those of UTC.

The account lies beside the catalogue, so that every process that answers from it counts into one
sum. A request is let through while the day's sum is below the budget and is counted when it ends:
answers that are being written at the same time may together pass the budget by what they cost
themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import BigInteger, Column, Double, String, Table, select

from index.database.connections import Address, Database, revised
from index.errors import DatelineError

FILE = "spending.db"

tables = revised("spending", "1")

spending = Table(
    "spending",
    tables,
    Column("day", String, primary_key=True),  # as 2026-11-20
    Column("usd", Double, nullable=False),
    Column("tokens", BigInteger, nullable=False),
)


class OverBudget(DatelineError):
    """The day's budget is spent; the message says when there is a new one."""


@dataclass(frozen=True, slots=True)
class Spending:
    """Costs of a day. A model without a known price adds tokens but no dollars."""

    usd: float
    tokens: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """The account in a database, with the budgets of a day; None is no limit."""

    address: Address
    daily_usd: float | None = None
    daily_tokens: int | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _account: Database = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Opens the account, and makes none: to ask what was spent must leave nothing behind."""
        account = Database(self.address, "the account of what models cost,", "delete it and start again")
        object.__setattr__(self, "_account", account)

    def check(self) -> None:
        """Raises OverBudget where nothing is left for today."""
        if self.daily_usd is None and self.daily_tokens is None:
            return
        spent = self.today()
        if self.daily_usd is not None and spent.usd >= self.daily_usd:
            raise OverBudget(f"the budget of ${self.daily_usd:g} a day {self._until()}")
        if self.daily_tokens is not None and spent.tokens >= self.daily_tokens:
            raise OverBudget(f"the budget of {self.daily_tokens:,} tokens a day {self._until()}")

    def add(self, usd: float | None, tokens: int) -> None:
        """Counts a request into today."""
        self._account.create(tables)
        added = self._account.insert(spending).values(day=self._day(), usd=usd or 0.0, tokens=tokens)
        sums = {name: spending.c[name] + added.excluded[name] for name in ("usd", "tokens")}
        with self._account.writing() as connection:
            connection.execute(added.on_conflict_do_update(index_elements=["day"], set_=sums))

    def today(self) -> Spending:
        """Reads what today has cost so far."""
        if not self._account.exists():
            return Spending(0.0, 0)
        self._account.create(tables)
        query = select(spending.c.usd, spending.c.tokens).where(spending.c.day == self._day())
        with self._account.reading() as connection:
            row = connection.execute(query).one_or_none()
        return Spending(row.usd, row.tokens) if row else Spending(0.0, 0)

    def _day(self) -> str:
        return self.now().astimezone(UTC).date().isoformat()

    def _until(self) -> str:
        tomorrow = self.now().astimezone(UTC).date() + timedelta(days=1)
        reset = datetime.combine(tomorrow, time(), UTC)
        return f"is spent; there is a new one from {reset:%Y-%m-%d %H:%M} UTC on"
