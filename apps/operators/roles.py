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
    MOVE_PAYMENTS = "move_payments", "cancel and refund payments"
    SEE_CASES = "see_cases", "see cases"
    WORK_CASES = "work_cases", "take, release and resolve cases"
    SEE_APPROVALS = "see_approvals", "see what awaits a second person"
    DECIDE_APPROVALS = "decide_approvals", "be a second person"
    DECIDE_MONEY = "decide_money", "be the second person for money"
    DECIDE_RULES = "decide_rules", "be the second person for fraud rules"
    DECIDE_SWITCHES = "decide_switches", "be the second person for switches"
    SEE_CUSTOMERS = "see_customers", "see customers and devices"
    MOVE_DEVICES = "move_devices", "lock, unlock and revoke devices"
    REVOKE_MANY = "revoke_many", "revoke many devices at once"
    MOVE_CUSTOMERS = "move_customers", "freeze customers and suspend means of payment"
    WRITE_LETTERS = "write_letters", "write activation letters"
    SEE_RULES = "see_rules", "see fraud rules and lists"
    WRITE_RULES = "write_rules", "draft, test and end fraud rules, keep the lists"
    SEE_OPERATIONS = "see_operations", "see kill switches"
    MOVE_SWITCHES = "move_switches", "ask for a switch to be moved"
    SEE_OPERATORS = "see_operators", "see operators and their sessions"
    MANAGE_OPERATORS = "manage_operators", "invite and disable operators, end their sessions"
    SEE_AUDIT = "see_audit", "read and export the audit trail"


_READING: Final = frozenset(
    {
        Permission.SEE_PAYMENTS,
        Permission.SEE_CASES,
        Permission.SEE_APPROVALS,
        Permission.SEE_CUSTOMERS,
        Permission.SEE_OPERATIONS,
    }
)

TABLE: Final[dict[Role, frozenset[Permission]]] = {
    Role.SUPPORT: frozenset(
        {
            Permission.SEE_PAYMENTS,
            Permission.SEE_CASES,
            Permission.WORK_CASES,
            Permission.SEE_CUSTOMERS,
            Permission.MOVE_DEVICES,
            Permission.WRITE_LETTERS,
            Permission.SEE_OPERATIONS,
        }
    ),
    Role.FRAUD_ANALYST: _READING
    | {
        Permission.DECIDE_REVIEWS,
        Permission.WORK_CASES,
        Permission.DECIDE_APPROVALS,
        Permission.DECIDE_RULES,
        Permission.MOVE_DEVICES,
        Permission.REVOKE_MANY,
        Permission.MOVE_CUSTOMERS,
        Permission.SEE_RULES,
        Permission.WRITE_RULES,
        Permission.MOVE_SWITCHES,
    },
    Role.FINANCE: frozenset(
        {
            Permission.SEE_PAYMENTS,
            Permission.MOVE_PAYMENTS,
            Permission.SEE_CASES,
            Permission.WORK_CASES,
            Permission.SEE_APPROVALS,
            Permission.DECIDE_APPROVALS,
            Permission.DECIDE_MONEY,
            Permission.SEE_OPERATIONS,
        }
    ),
    Role.MERCHANT_SERVICES: frozenset(
        {
            Permission.SEE_PAYMENTS,
            Permission.MOVE_PAYMENTS,
            Permission.SEE_CASES,
            Permission.WORK_CASES,
            Permission.SEE_OPERATIONS,
        }
    ),
    Role.AUDITOR: _READING | {Permission.SEE_RULES, Permission.SEE_OPERATORS, Permission.SEE_AUDIT},
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
