"""A shop whose bank is a process of its own, on the secured line, with a customer who has linked an account there.

with open_counter(tmp_path, now=now) as counter:
    phone, token = counter.customer(now=now)          # `token` is the administrator's, to look into the account
    payment = counter.shop.sell(phone, 1295, now=now)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.instruments.models import Instrument, Kind
from apps.instruments.operations import complete_link, start_link
from apps.kernel.actors import Actor
from apps.providers.models import ProviderAccount
from apps.providers.operations import (
    create_provider_account,
    install_line_keys,
    request_line_keys,
    trust_provider,
)
from simulators.bank_customer import Login, decide
from tests.cast import Phone, make_phone
from tests.providers.lines import client_key, secured_bank
from tests.shop import STAFF, Shop, make_shop
from tests.simulators.bank_process import BankProcess

RETURN = "https://shop.example/wallet/linked"
YEAR = timedelta(days=365)


@dataclass
class Counter:
    """The bank, our account with it, and the shop."""

    bank: BankProcess
    account: ProviderAccount
    shop: Shop

    def customer(self, *, now: datetime, balance: int = 100_000) -> tuple[Phone, str]:
        """Return a phone whose holder has linked an account, and the administrator's token of that account."""
        token = self.bank.open_account(balance)
        phone = make_phone(now=now)
        self.link(phone, self.bank.open_contract(token), now=now)
        return phone, token

    def link(self, phone: Phone, login: Login, *, now: datetime) -> Instrument:
        """Link an account at the bank's page."""
        by = Actor("device", phone.identity.public_id)
        link = start_link(
            customer_id=phone.customer.id, kind=Kind.BANK_ACCOUNT, provider_code=self.account.code, by=by, now=now
        )
        back = decide(link.link_url, login)
        return complete_link(link_id=link.id, customer_id=phone.customer.id, parameters=back, by=by, now=now)


@contextmanager
def open_counter(
    directory: Path, *, now: datetime, notice_url: str | None = None, more: tuple[str, ...] = ()
) -> Iterator[Counter]:
    """Start the bank, exchange keys with it, and open the shop; `settings.LINK_RETURN_URL` must be RETURN."""
    assert settings.LINK_RETURN_URL == RETURN
    with secured_bank(directory, "--page-port", "0", *more) as bank:
        account = open_account_at(bank, now=now, notice_url=notice_url)
        yield Counter(bank, account, make_shop(now=now))


def open_account_at(bank: BankProcess, *, now: datetime, notice_url: str | None = None) -> ProviderAccount:
    """Open our account at the bank, and exchange keys."""
    wanted = {"base_url": bank.line_url} | ({"notice_url": notice_url} if notice_url else {})
    account = create_provider_account(
        code="bank",
        name="Bank",
        connector="corebank",
        settings=wanted,
        credential=client_key(bank),
        by=STAFF,
        now=now,
    )
    asked = request_line_keys(account_id=account.id, renew=False, by=STAFF, now=datetime.now(UTC))
    fields = {"name": "mpayment", "csr": asked.csr, "signing_keys": dict(asked.signing_keys)}
    status, answer = bank.call("POST", "/v1/admin/clients", fields)
    assert status == 201, answer
    trust_bank(account, answer)
    install_line_keys(
        account_id=account.id,
        certificate=answer["certificate"],
        accepted=answer["accepted"],
        lifetime=YEAR,
        by=STAFF,
        now=datetime.now(UTC),
    )
    bank.register(RETURN, notice_url=notice_url)
    return ProviderAccount.objects.get(id=account.id)


def trust_bank(account: ProviderAccount, answer: dict[str, Any]) -> None:
    """Trust what the bank says of itself."""
    line = {member: answer[member] for member in ("ca", "pins", "signing_keys")}
    trust_provider(account_id=account.id, line=line, by=STAFF, now=datetime.now(UTC))
