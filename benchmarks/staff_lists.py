"""How long the server works on each list of the staff portal, with few payments and with many.

    python -m benchmarks.staff_lists [--payments 100000] [--few 10000] [--rounds 20]

On a database of its own, filled by `generate_history`; pages are asked for in this process, as an auditor, who
sees all of them. Prints JSON: per page the median and the 95th percentile in milliseconds, and many over few; progress
goes to standard error.
"""

import argparse
import json
import os
import secrets
import statistics
import sys
import tempfile
import time
from io import StringIO
from pathlib import Path
from typing import Any

from stack import Places, Postgres, Redis
from stack.run import DATABASE, demo_environment

BANK = "http://127.0.0.1:9"
PAGES = (
    "/staff/",
    "/staff/payments",
    "/staff/payments?status=declined",
    "/staff/payments?status=captured",
    "/staff/payments?cashier=K12",
    "/staff/payments?kind=card",
    "/staff/payments?where={store}",
    "/staff/payments?where={store}&kind=card",
    "/staff/customers",
    "/staff/devices/all",
    "/staff/audit",
    "/staff/cases",
    "/staff/reviews",
    "/staff/rules",
    "/staff/search?q={payment}",
    "/staff/search?q={reference}",
    "/staff/search?q={email}",
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--payments", type=int, default=100_000)
    parser.add_argument("--few", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    if not 0 < options.few < options.payments:
        parser.error("--payments must be more than --few")
    with tempfile.TemporaryDirectory(prefix="mpayment-bench-") as directory:
        places = Places(Path(directory))
        with Postgres(places) as postgres, Redis(places) as redis:
            postgres.create_database(DATABASE)
            servers = {"DATABASE_URL": postgres.url(DATABASE), "REDIS_URL": redis.url(), "LOG_LEVEL": "ERROR"}
            os.environ.update(demo_environment(places) | servers)
            print(json.dumps(_measure(options, Path(directory)), indent=2))


def _measure(options: argparse.Namespace, directory: Path) -> dict[str, Any]:
    # Only now is it said which database is meant.
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    key = directory / "bank.key"
    key.write_text(secrets.token_urlsafe(24))
    call_command("migrate", verbosity=0)
    call_command("create_keys", "--json", stdout=StringIO())
    call_command("seed_demo", f"--bank-url={BANK}", f"--bank-key-file={key}", stdout=StringIO())
    _add(options.few, seed=1)
    few = _times(options.rounds)
    _add(options.payments - options.few, seed=2)
    many = _times(options.rounds)
    connections.close_all()
    return {
        "few": options.few,
        "many": options.payments,
        "pages": {
            page: {"few": few[page], "many": many[page], "ratio": round(many[page]["p50_ms"] / few[page]["p50_ms"], 2)}
            for page in PAGES
        },
    }


def _add(payments: int, *, seed: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    began = time.perf_counter()
    call_command("generate_history", payments=payments, seed=seed, stdout=StringIO())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"{payments} payments in {time.perf_counter() - began:.0f} s", file=sys.stderr)


def _times(rounds: int) -> dict[str, dict[str, float]]:
    """Return the times of every page; one that is not answered with 200 ends the measurement."""
    from apps.customers.models import Customer
    from apps.merchants.models import Store
    from apps.transactions.models import Payment

    client, payment = _sign_in(), Payment.objects.select_related("customer").latest("id")
    customer = payment.customer or Customer.objects.latest("id")
    words = {"payment": payment.public_id, "reference": payment.reference, "email": customer.email}
    words["store"] = Store.objects.order_by("id")[0].public_id
    times = {}
    for page in PAGES:
        taken = []
        for _ in range(rounds + 1):
            began = time.perf_counter()
            answer = client.get(page.format(**words), follow=page.startswith("/staff/search"))
            taken.append((time.perf_counter() - began) * 1000)
            if answer.status_code != 200:
                raise RuntimeError(f"{page} was answered {answer.status_code}")
        # The first one warms up.
        ordered = sorted(taken[1:])
        p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        times[page] = {"p50_ms": round(statistics.median(ordered), 1), "p95_ms": round(p95, 1)}
    return times


# Any: the client of Django's tests, which is known only after the set-up.
def _sign_in() -> Any:
    from django.db import transaction
    from django.test import Client
    from django.utils import timezone

    from apps.operators.models import Operator
    from apps.operators.operations.sessions import open_session
    from apps.operators.roles import Role

    now = timezone.now()
    operator = Operator.objects.create(
        email=f"bench{secrets.token_hex(4)}@shop.example",
        name="Bench",
        role=Role.AUDITOR,
        language="en",
        created_at=now,
    )
    with transaction.atomic():
        _, token = open_session(operator, address="192.0.2.7", browser="bench", is_verified=True, now=now)
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies["staff_session"] = token.reveal()
    return client


if __name__ == "__main__":
    main()
