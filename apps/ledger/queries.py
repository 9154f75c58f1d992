"""Reads of the books: balances, the trial balance, and what would be wrong with them."""

from collections import defaultdict
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Prefetch, Q, Sum

from apps.kernel.money import Money
from apps.ledger.models import Journal, Posting

# Every trigger that guards the books; the migration makes them fire for every role and replication mode.
GUARDS = frozenset(
    {
        "ledger_journal_balanced",
        "ledger_posting_balanced",
        "ledger_journal_append_only",
        "ledger_posting_append_only",
    }
)


def balance(*, account: str, currency: str) -> Money:
    """Return debits minus credits of the account: what is owed to us is positive, what we owe is negative."""
    total = Posting.objects.filter(account=account, currency=currency).aggregate(total=Sum("amount_minor"))["total"]
    return Money(int(total or 0), currency)


def journals_about(subject: str, *, limit: int = 100) -> list[Journal]:
    """Return the entries about this subject with their lines, oldest first."""
    lines = Prefetch("postings", queryset=Posting.objects.order_by("journal_id", "position"))
    return list(Journal.objects.filter(subject=subject).order_by("id").prefetch_related(lines)[:limit])


def trial_balance() -> dict[str, dict[str, int]]:
    """Return the balance of every account in minor units, by currency; each currency sums to zero."""
    balances: defaultdict[str, dict[str, int]] = defaultdict(dict)
    rows = Posting.objects.values_list("currency", "account").annotate(total=Sum("amount_minor"))
    for currency, account, total in rows.order_by("currency", "account"):
        balances[currency][account] = int(total)
    return dict(balances)


def broken_journals(*, limit: int = 100) -> list[UUID]:
    """Return journals that are not complete, not in one currency or not balanced: there should never be one."""
    journals = Journal.objects.annotate(
        written=Count("postings__position"),
        foreign=Count("postings__position", filter=~Q(postings__currency=F("currency"))),
        total=Sum("postings__amount_minor"),
    )
    broken = journals.exclude(written=F("posting_count"), foreign=0, total=0)
    return list(broken.order_by("id").values_list("id", flat=True)[:limit])


def missing_guards() -> list[str]:
    """Return the triggers that are absent or not ENABLE ALWAYS, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgenabled = 'A' AND tgrelid IN (%s::regclass, %s::regclass)",
            ["public.ledger_journal", "public.ledger_posting"],
        )
        present = {name for (name,) in cursor.fetchall()}
    return sorted(GUARDS - present)
