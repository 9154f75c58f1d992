"""A customer gives a client his consent at the bank's page; only the client can use what comes of it."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from simulators.bank_customer import Login, NotAtTheBank, decide, withdraw_all
from tests.simulators.bank_process import BankProcess, hold_fields

RETURN = "https://shop.example/wallet/linked"
_numbers = count(1)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankProcess]:
    process = BankProcess(tmp_path_factory.mktemp("bank") / "bank", ("--magic", "--page-port", "0")).start()
    process.register(RETURN)
    yield process
    process.kill()


@pytest.fixture
def token(bank: BankProcess) -> str:
    return bank.open_account(5_000)


@pytest.fixture
def login(bank: BankProcess, token: str) -> Login:
    return bank.open_contract(token)


def link_fields(**changed: object) -> dict[str, Any]:
    number = next(_numbers)
    fields = {
        "ref": f"link-{number}",
        "subject": f"cus-{number}",
        "state": f"state-{number}",
        "return_url": RETURN,
        "language": "de",
    }
    return fields | changed


def announce(bank: BankProcess, **changed: object) -> tuple[dict[str, Any], str]:
    fields = link_fields(**changed)
    status, answer = bank.call("POST", "/v1/links", fields)
    assert status == 201, answer
    return fields, answer["consent_url"]


def redeem(bank: BankProcess, ref: str, code: str) -> tuple[int, dict[str, Any]]:
    return bank.call("POST", "/v1/links/redemptions", {"ref": ref, "code": code})


def test_a_customer_consents_and_his_token_pays(bank: BankProcess, token: str, login: Login) -> None:
    fields, url = announce(bank)

    back = decide(url, login)
    status, redeemed = redeem(bank, fields["ref"], back["code"])

    account = bank.account(token)
    assert (status, back["state"]) == (200, fields["state"])
    assert redeemed["label"] == f"Bank ...{account['iban'][-4:]}"
    assert (redeemed["iban"], redeemed["currency"], redeemed["status"]) == (account["iban"], "CHF", "active")
    assert redeemed["account_token"] != token
    assert bank.post("/v1/holds", **hold_fields(redeemed["account_token"]))[0] == 201
    assert bank.account(token)["available"] == 5_000 - 1295


def test_of_several_accounts_the_chosen_one_pays(bank: BankProcess) -> None:
    tokens = [bank.open_account(100), bank.open_account(200), bank.open_account(300, status="blocked")]
    ends = [bank.account(token)["iban"][-4:] for token in tokens]
    login = bank.open_contract(*tokens)
    fields, url = announce(bank)

    back = decide(url, Login(login.contract, login.password, ends[1]))

    assert redeem(bank, fields["ref"], back["code"])[1]["label"] == f"Bank ...{ends[1]}"
    with pytest.raises(NotAtTheBank, match="no such account"):
        decide(announce(bank)[1], Login(login.contract, login.password, ends[2]))


def test_a_customer_refuses_and_nothing_comes_of_it(bank: BankProcess, login: Login) -> None:
    fields, url = announce(bank)

    assert decide(url, login, is_yes=False) == {"state": fields["state"], "error": "access_denied"}
    assert redeem(bank, fields["ref"], "anything")[1]["code"] == "unknown_code"
    with pytest.raises(NotAtTheBank, match="410"):
        decide(url, login)


def test_a_code_is_good_for_its_own_link_only_and_a_lost_answer_is_repeated(bank: BankProcess, login: Login) -> None:
    (first, first_url), (second, second_url) = announce(bank), announce(bank)
    code, other = decide(first_url, login)["code"], decide(second_url, login)["code"]

    assert redeem(bank, second["ref"], code)[0] == 404
    assert redeem(bank, "link-nobody", code)[0] == 404
    assert redeem(bank, first["ref"], code)[0] == 200
    assert redeem(bank, first["ref"], code) == redeem(bank, first["ref"], code)
    assert redeem(bank, second["ref"], other)[0] == 200


def test_five_wrong_codes_close_a_link(bank: BankProcess, login: Login) -> None:
    fields, url = announce(bank)
    code = decide(url, login)["code"]

    for _ in range(5):
        assert redeem(bank, fields["ref"], "wrong")[1] == {"code": "unknown_code", "detail": "no such code"}
    assert redeem(bank, fields["ref"], code)[0] == 404


def test_nobody_is_sent_to_an_address_that_is_not_registered(bank: BankProcess) -> None:
    for url in ("https://evil.example/wallet/linked", f"{RETURN}/", f"{RETURN}?a=b", "javascript:alert(1)"):
        status, answer = bank.call("POST", "/v1/links", link_fields(return_url=url))
        assert (status, answer["code"]) == (422, "return_url_refused")


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/a",
        "https://user:pass@shop.example/a",
        "https://shop.example/a?b=c",
        "https://shop.example/a#b",
        "ftp://shop.example/a",
        "https://shop.example:0/",
        "https:///a",
        "//shop.example/a",
        7,
        None,
    ],
)
def test_an_address_that_others_could_read_or_change_is_not_registered(bank: BankProcess, url: object) -> None:
    fields = {"name": "other", "return_urls": [url], "notice_url": None}
    assert bank.call("POST", "/v1/admin/clients/addresses", fields)[1]["code"] == "invalid_field"
    if url is not None:
        fields = {"name": "other", "return_urls": [RETURN], "notice_url": url}
        assert bank.call("POST", "/v1/admin/clients/addresses", fields)[1]["code"] == "invalid_field"


def test_a_link_announced_again_is_the_same_and_with_other_words_a_conflict(bank: BankProcess) -> None:
    fields, url = announce(bank)

    assert bank.call("POST", "/v1/links", fields)[1]["consent_url"] == url
    assert bank.call("POST", "/v1/links", fields | {"language": "fr"})[1]["consent_url"] == url.replace("de", "fr")
    status, answer = bank.call("POST", "/v1/links", fields | {"state": "another"})
    assert (status, answer["code"]) == (409, "ref_reused")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"language": "rm"}, "invalid_field"),
        ({"state": ""}, "invalid_field"),
        ({"subject": "a b"}, "invalid_field"),
        ({"ref": ""}, "invalid_field"),
        ({"more": 1}, "unknown_field"),
    ],
)
def test_a_link_that_is_not_right_is_refused(bank: BankProcess, changed: dict[str, object], code: str) -> None:
    status, answer = bank.call("POST", "/v1/links", link_fields(**changed))
    assert (status, answer["code"]) == (422, code)


def test_a_bank_without_pages_takes_no_links(tmp_path: Path) -> None:
    bank = BankProcess(tmp_path / "bank").start()
    try:
        bank.register(RETURN)
        assert bank.call("POST", "/v1/links", link_fields())[1]["code"] == "no_page"
    finally:
        bank.kill()


def test_the_same_customer_consents_twice_to_one_consent(bank: BankProcess, login: Login) -> None:
    first, url = announce(bank, subject="cus-same")
    token = redeem(bank, first["ref"], decide(url, login)["code"])[1]
    second, url = announce(bank, subject="cus-same")
    again = redeem(bank, second["ref"], decide(url, login)["code"])[1]
    other, url = announce(bank, subject="cus-other")
    another = redeem(bank, other["ref"], decide(url, login)["code"])[1]

    assert (again["account_token"], again["consent_id"]) == (token["account_token"], token["consent_id"])
    assert another["account_token"] != token["account_token"]


def test_a_consent_that_the_client_or_the_customer_ended_pays_no_more(bank: BankProcess, login: Login) -> None:
    (first, url), (second, other_url) = announce(bank), announce(bank)
    ended = redeem(bank, first["ref"], decide(url, login)["code"])[1]
    withdrawn = redeem(bank, second["ref"], decide(other_url, login)["code"])[1]

    for _ in range(2):
        status, answer = bank.call("POST", f"/v1/consents/{ended['consent_id']}/end", {})
        assert (status, answer["status"]) == (200, "ended")
    assert withdraw_all(bank.page_url, login) == 1

    for token in (ended["account_token"], withdrawn["account_token"]):
        assert bank.post("/v1/holds", **hold_fields(token))[1]["reason"] == "unknown_account"
        assert bank.call("POST", "/v1/accounts/describe", {"account_token": token})[0] == 404
    assert bank.call("POST", "/v1/consents/cns_nobody/end", {})[1]["code"] == "unknown_consent"


def test_what_was_bought_before_the_consent_ended_can_still_be_paid_back(
    bank: BankProcess, token: str, login: Login
) -> None:
    fields, url = announce(bank)
    consent = redeem(bank, fields["ref"], decide(url, login)["code"])[1]
    hold = bank.post("/v1/holds", **hold_fields(consent["account_token"]))[1]["hold_id"]
    capture = bank.post(f"/v1/holds/{hold}/captures", amount=1295, currency="CHF", final=True)[1]["capture_id"]
    bank.call("POST", f"/v1/consents/{consent['consent_id']}/end", {})

    assert bank.post(f"/v1/captures/{capture}/refunds", amount=1295, currency="CHF")[0] == 201
    assert bank.account(token)["balance"] == 5_000


def test_no_token_code_state_or_password_is_in_the_log(bank: BankProcess, login: Login) -> None:
    fields, url = announce(bank)
    back = decide(url, login)
    redeemed = redeem(bank, fields["ref"], back["code"])[1]

    log = (bank.directory / "calls.log").read_text()
    link_id = urlsplit(url).path.rpartition("/")[2]
    for secret in (back["code"], back["state"], redeemed["account_token"], redeemed["iban"], login.password, link_id):
        assert secret not in log
