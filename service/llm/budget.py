"""What language models may cost in a day, and what they have cost. Days are those of UTC.

The account is a small SQLite file beside the archive, so that every process that answers from it
counts into one sum. A request is let through while the day's sum is below the budget and is
counted when it ends: answers that are being written at the same time may together pass the budget
by what they cost themselves.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from index.errors import DatelineError

FILE = "spending.db"


class OverBudget(DatelineError):
    """The day's budget is spent; the message says when there is a new one."""


@dataclass(frozen=True, slots=True)
class Spending:
    """What a day has cost. A model without a known price adds tokens but no dollars."""

    usd: float
    tokens: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """The account in `file`, with the budgets of a day; None is no limit."""

    file: Path
    daily_usd: float | None = None
    daily_tokens: int | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

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
        with self._open() as account:
            account.execute(
                "INSERT INTO spending VALUES (?, ?, ?) ON CONFLICT (day) "
                "DO UPDATE SET usd = usd + excluded.usd, tokens = tokens + excluded.tokens",
                (self._day(), usd or 0.0, tokens),
            )

    def today(self) -> Spending:
        """What today has cost so far."""
        if not self.file.exists():
            return Spending(0.0, 0)
        with self._open() as account:
            row = account.execute("SELECT usd, tokens FROM spending WHERE day = ?", (self._day(),)).fetchone()
        return Spending(*row) if row else Spending(0.0, 0)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The account, in one transaction. Raises DatelineError where it cannot be read or written."""
        try:
            with closing(sqlite3.connect(self.file, timeout=10)) as account, account:
                account.execute(
                    "CREATE TABLE IF NOT EXISTS spending "
                    "(day TEXT PRIMARY KEY, usd REAL NOT NULL, tokens INTEGER NOT NULL)"
                )
                yield account
        except sqlite3.Error as error:
            raise DatelineError(f"the account of what models cost, {self.file}, fails: {error}") from error

    def _day(self) -> str:
        return self.now().astimezone(UTC).date().isoformat()

    def _until(self) -> str:
        tomorrow = self.now().astimezone(UTC).date() + timedelta(days=1)
        reset = datetime.combine(tomorrow, time(), UTC)
        return f"is spent; there is a new one from {reset:%Y-%m-%d %H:%M} UTC on"
