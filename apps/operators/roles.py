"""The one table of who may do what. `docs/roles.md` is drawn from it, and a test walks every address by it."""

from typing import Final

from django.db import models


class Role(models.TextChoices):
    """One per operator: whoever needs two has two accounts, so that evidence says in which role something was done."""

    SUPPORT = "support"
    FRAUD_ANALYST = "fraud_analyst"
    FINANCE = "finance"
    MERCHANT_SERVICES = "merchant_services"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(models.TextChoices):
    """What an address of the portal asks for; the label is the line in the drawn table."""

    SEE_PAYMENTS = "see_payments", "see payments and search"
    DECIDE_REVIEWS = "decide_reviews", "release or refuse a payment that is held"
    SEE_CASES = "see_cases", "see cases"
    WORK_CASES = "work_cases", "take, release and resolve cases"
    SEE_APPROVALS = "see_approvals", "see what awaits a second person"
    DECIDE_APPROVALS = "decide_approvals", "be the second person"
    SEE_CUSTOMERS = "see_customers", "see customers and devices"
    MOVE_DEVICES = "move_devices", "lock, unlock and revoke devices"
    MOVE_CUSTOMERS = "move_customers", "freeze customers and suspend means of payment"
    SEE_AUDIT = "see_audit", "read and export the audit trail"


_READING: Final = frozenset(
    {Permission.SEE_PAYMENTS, Permission.SEE_CASES, Permission.SEE_APPROVALS, Permission.SEE_CUSTOMERS}
)

TABLE: Final[dict[Role, frozenset[Permission]]] = {
    Role.SUPPORT: frozenset(
        {
            Permission.SEE_PAYMENTS,
            Permission.SEE_CASES,
            Permission.WORK_CASES,
            Permission.SEE_CUSTOMERS,
            Permission.MOVE_DEVICES,
        }
    ),
    Role.FRAUD_ANALYST: _READING
    | {Permission.DECIDE_REVIEWS, Permission.WORK_CASES, Permission.MOVE_DEVICES, Permission.MOVE_CUSTOMERS},
    Role.FINANCE: frozenset(
        {
            Permission.SEE_PAYMENTS,
            Permission.SEE_CASES,
            Permission.WORK_CASES,
            Permission.SEE_APPROVALS,
            Permission.DECIDE_APPROVALS,
        }
    ),
    Role.MERCHANT_SERVICES: frozenset({Permission.SEE_PAYMENTS, Permission.SEE_CASES, Permission.WORK_CASES}),
    Role.AUDITOR: _READING | {Permission.SEE_AUDIT},
    Role.ADMINISTRATOR: frozenset(Permission),
}


def may(role: str, permission: Permission) -> bool:
    """Say whether the role may do this; a role that is not known may nothing."""
    return role in Role.values and permission in TABLE[Role(role)]


def drawn_table() -> str:
    """Return the table as Markdown."""
    heads = ["may", *(role.value for role in Role)]
    rows = [heads, ["---", *(":---:" for _ in Role)]]
    rows += [
        [str(permission.label), *("yes" if permission in TABLE[role] else "-" for role in Role)]
        for permission in Permission
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
