"""A till that signs: what is believed, what is refused and why, and what it costs."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from apps.idempotency.models import AnsweredRequest
from apps.merchants.models import Mode, SpentNonce, TillProof
from apps.merchants.operations import create_till, require_till_proof, revoke_credential
from apps.transactions.models import Payment
from tests.cast import Phone
from tests.merchants.credentials import key_id, new_key
from tests.pos_api.signing import ABSENT, SigningProgram, digest_of, register
from tests.pos_api.till import TillProgram, assert_problem, body_of, connect, sale
from tests.shop import STAFF, Shop

BODY = b'{"idempotency_key": "lost", "reference": "R1"}'
MINUTE = timedelta(minutes=1)


@pytest.fixture
def signer(shop: Shop, till: TillProgram, now: datetime) -> SigningProgram:
    """A program whose key is registered; its merchant does not demand it."""
    program = SigningProgram(till, now)
    register(shop.till, program.key, now=now)
    return program


def demand(shop: Shop, now: datetime, proof: TillProof = TillProof.SIGNED) -> None:
    require_till_proof(merchant_id=shop.merchant.id, proof=proof, by=STAFF, now=now)


def test_a_merchant_that_demands_signatures_takes_nothing_unsigned(
    shop: Shop, till: TillProgram, signer: SigningProgram, phone: Phone, now: datetime
) -> None:
    assert till.get("till").status_code == 200

    demand(shop, now)

    assert_problem(till.get("till"), 401, "signature_required")
    problem = assert_problem(till.post("payments", sale(phone.make_code(now=now))), 401, "signature_required")
    assert "register a signing key" in problem["detail"]
    assert not Payment.objects.exists()
    assert signer.get("till").status_code == 200


def test_a_signed_sale_is_a_sale(shop: Shop, signer: SigningProgram, phone: Phone, now: datetime) -> None:
    demand(shop, now)
    body = json.dumps(sale(phone.make_code(now=now)), ensure_ascii=False).encode()

    paid = signer.post("payments", body)

    assert (paid.status_code, body_of(paid)["status"]) == (201, "authorised")
    place = f"payments/{body_of(paid)['id']}"
    assert body_of(signer.get(f"{place}?wait=1"))["status"] == "authorised"
    assert body_of(signer.post(f"{place}/capture", key="key-2"))["status"] == "captured"
    assert len(body_of(signer.get(f"payments?reference={body_of(paid)['reference']}"))["data"]) == 1


def test_a_lost_answer_is_asked_for_with_the_same_key_signed_anew(
    shop: Shop, signer: SigningProgram, phone: Phone, now: datetime
) -> None:
    body = json.dumps(sale(phone.make_code(now=now))).encode()
    first = signer.post("payments", body, key="kept")

    again = signer.post("payments", body, key="kept")

    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert body_of(again)["id"] == body_of(first)["id"]
    assert Payment.objects.count() == 1


def test_a_signature_may_cover_more_and_name_its_algorithm_and_end(signer: SigningProgram, now: datetime) -> None:
    more = {"content-type": "application/json", "@authority": "testserver"}

    ends = int(now.timestamp()) + 600
    signed = signer.headers("POST", "cancellations", BODY, more=more, alg="ecdsa-p256-sha256", expires=ends)
    answer = signer.till.post("cancellations", raw=BODY, key="key-1", HTTP_HOST="testserver", **signed)

    assert answer.status_code == 200


def test_a_clock_may_be_off_by_less_than_five_minutes(signer: SigningProgram, now: datetime) -> None:
    for minutes in (-4, 4):
        signer.clock = now + minutes * MINUTE
        assert signer.get("till").status_code == 200


def test_two_keys_sign_while_one_follows_the_other(
    shop: Shop, till: TillProgram, signer: SigningProgram, now: datetime
) -> None:
    newer = SigningProgram(till, now)
    register(shop.till, newer.key, now=now)

    assert [signer.get("till").status_code, newer.get("till").status_code] == [200, 200]


Wrong = Callable[[SigningProgram], HttpResponse]

# What is wrong with a signature, and what the till is told; each is tried whether the merchant demands one or not.
WRONG: dict[str, tuple[Wrong, str]] = {
    "method not covered": (lambda s: s.get("till", without=["@method"]), '"@method" was not covered'),
    "path not covered": (lambda s: s.get("till", without=["@path"]), '"@path" was not covered'),
    "query not covered": (lambda s: s.get("events?after=1", without=["@query"]), '"@query" was not covered'),
    "key not covered": (lambda s: s.get("till", without=["authorization"]), '"authorization" was not covered'),
    "idempotency key not covered": (
        lambda s: s.post("cancellations", BODY, without=["idempotency-key"]),
        '"idempotency-key" was not covered',
    ),
    "digest not covered": (lambda s: s.post("cancellations", BODY, without=["content-digest"]), '"content-digest"'),
    "part of a field covered": (
        lambda s: s.get("till", without=["authorization"], more={'"authorization";sf': f"Bearer {s.till.key}"}),
        "does not hold",
    ),
    "other method": (lambda s: s.get("till", instead={"@method": "POST"}), "not this key's over this request"),
    "other path": (lambda s: s.get("till", instead={"@path": "/api/pos/v1/events"}), "over this request"),
    "other query": (lambda s: s.get("events?after=1", instead={"@query": "?after=2"}), "over this request"),
    "other till key": (lambda s: s.get("till", instead={"authorization": "Bearer till_live_x"}), "over this request"),
    "other idempotency key": (
        lambda s: s.post("cancellations", BODY, instead={"idempotency-key": "key-2"}),
        "over this request",
    ),
    "other body": (
        lambda s: s.till.post(
            "cancellations", raw=BODY[:-1] + b" }", key="key-1", **s.headers("POST", "cancellations", BODY)
        ),
        "does not hold",
    ),
    "no body": (
        lambda s: s.till.post("cancellations", raw=b"", key="key-1", **s.headers("POST", "cancellations", BODY)),
        "does not hold",
    ),
    "body that nobody signed": (
        lambda s: s.till.post("cancellations", raw=BODY, key="key-1", **s.headers("POST", "cancellations")),
        '"content-digest" was not covered',
    ),
    "other digest": (lambda s: s.post("cancellations", BODY, instead={"content-digest": digest_of(b"x")}), "does not"),
    "digest of an old kind": (
        lambda s: s.post("cancellations", BODY, instead={"content-digest": "md5=:CY9rzUYh03PK3k6DJie09g==:"}),
        "does not hold",
    ),
    "unknown key": (lambda s: SigningProgram(s.till, s.clock).get("till"), "no signing key of this till"),
    "other key under this keyid": (
        lambda s: SigningProgram(s.till, s.clock).get("till", keyid=key_id(s.key)),
        "over this request",
    ),
    "no keyid": (lambda s: s.get("till", keyid=ABSENT), "no signing key of this till"),
    "keyid that is none": (lambda s: s.get("till", keyid="main"), "no signing key of this till"),
    "wrong algorithm": (lambda s: s.get("till", alg="ed25519"), "algorithm"),
    "algorithm with a shared secret": (lambda s: s.get("till", alg="hmac-sha256"), "algorithm"),
    "no created": (lambda s: s.get("till", created=ABSENT), "lack created"),
    "created as text": (lambda s: s.get("till", created="now"), "does not hold"),
    "no nonce": (lambda s: s.get("till", nonce=ABSENT), "lack nonce"),
    "short nonce": (lambda s: s.get("till", nonce="1"), "the nonce must be"),
    "no tag": (lambda s: s.get("till", tag=ABSENT), "lack tag"),
    "other tag": (lambda s: s.get("till", tag="bankcore-request"), "the tag must be"),
    "unknown parameter": (lambda s: s.get("till", colour="red"), "does not hold"),
    "signature without its input": (
        lambda s: s.till.get("till", HTTP_SIGNATURE=s.headers("GET", "till")["HTTP_SIGNATURE"]),
        "no signing key of this till",
    ),
    "input without its signature": (
        lambda s: s.till.get("till", HTTP_SIGNATURE_INPUT=s.headers("GET", "till")["HTTP_SIGNATURE_INPUT"]),
        "does not hold",
    ),
    "two labels": (lambda s: s.till.get("till", **twice(s, "other")), "does not hold"),
    "one label twice": (lambda s: s.till.get("till", **twice(s, "sig")), "does not hold"),
    "label of another input": (
        lambda s: s.till.get(
            "till",
            **s.headers("GET", "till") | {"HTTP_SIGNATURE": s.headers("GET", "till", label="x")["HTTP_SIGNATURE"]},
        ),
        "does not hold",
    ),
    "signature that is no base64": (
        lambda s: s.till.get("till", **s.headers("GET", "till") | {"HTTP_SIGNATURE": "sig=:?:"}),
        "does not hold",
    ),
    "short signature": (
        lambda s: s.till.get("till", **s.headers("GET", "till") | {"HTTP_SIGNATURE": "sig=:AAAA:"}),
        "does not hold",
    ),
    "empty": (lambda s: s.till.get("till", HTTP_SIGNATURE="", HTTP_SIGNATURE_INPUT=""), "no signing key of this till"),
    "too long": (lambda s: s.get("till", more={f'"authorization";key="{"x" * 2048}"': "x"}), "too long"),
}


def twice(program: SigningProgram, label: str) -> dict[str, str]:
    """Return two signatures, joined as a server joins fields of one name."""
    first, second = program.headers("GET", "till"), program.headers("GET", "till", label=label)
    return {name: f"{first[name]}, {second[name]}" for name in first}


@pytest.mark.parametrize("is_demanded", [True, False], ids=["demanded", "not demanded"])
@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_signature_is_refused_and_the_till_is_told_why(
    case: str, is_demanded: bool, shop: Shop, signer: SigningProgram, now: datetime
) -> None:
    if is_demanded:
        demand(shop, now)
    send, says = WRONG[case]

    problem = assert_problem(send(signer), 401, "signature_invalid")

    assert says in problem["detail"]
    assert signer.till.key not in json.dumps(problem)
    assert not AnsweredRequest.objects.exists()
    assert not SpentNonce.objects.exists()


@pytest.mark.parametrize("minutes", [-6, 6, -60 * 24 * 365, 60 * 24 * 365])
def test_a_signature_of_another_time_is_refused_with_the_right_time(
    minutes: int, signer: SigningProgram, now: datetime
) -> None:
    signer.clock = now + minutes * MINUTE

    problem = assert_problem(signer.get("till"), 401, "signature_expired")

    told = datetime.fromisoformat(problem["server_time"])
    assert abs(told - now) < 2 * MINUTE
    assert not SpentNonce.objects.exists()


@pytest.mark.parametrize("created", [0, -1, 999_999_999_999_999])
def test_a_time_that_no_calendar_knows_is_refused_as_any_other(created: int, signer: SigningProgram) -> None:
    assert_problem(signer.get("till", created=created), 401, "signature_expired")


def test_a_signature_ends_when_it_says_so(signer: SigningProgram, now: datetime) -> None:
    assert_problem(signer.get("till", expires=int(now.timestamp()) - 1), 401, "signature_expired")


def test_a_request_that_is_sent_twice_is_refused_the_second_time(signer: SigningProgram) -> None:
    signed = signer.headers("GET", "till")

    assert signer.till.get("till", **signed).status_code == 200
    problem = assert_problem(signer.till.get("till", **signed), 401, "signature_replayed")
    assert "sign every request anew" in problem["detail"]


def test_a_nonce_is_good_for_one_request_whatever_it_is(signer: SigningProgram) -> None:
    assert signer.get("till", nonce="0123456789abcdef").status_code == 200
    assert_problem(signer.post("cancellations", BODY, nonce="0123456789abcdef"), 401, "signature_replayed")


def test_a_key_that_was_revoked_signs_nothing(shop: Shop, signer: SigningProgram, now: datetime) -> None:
    revoke_credential(till_id=shop.till.id, fingerprint=key_id(signer.key), reason="stolen", by=STAFF, now=now)

    assert_problem(signer.get("till"), 401, "signature_invalid")


def test_a_key_that_another_one_has_replaced_signs_nothing(shop: Shop, signer: SigningProgram, now: datetime) -> None:
    register(shop.till, new_key(), now=now, overlap=timedelta(0))

    assert_problem(signer.get("till"), 401, "signature_invalid")


def test_the_key_of_another_till_signs_nothing_here(shop: Shop, till: TillProgram, now: datetime) -> None:
    till_2 = create_till(store_id=shop.store.id, name="Kasse 2", by=STAFF, now=now)
    thief = SigningProgram(till, now)
    register(till_2, thief.key, now=now)

    assert_problem(thief.get("till"), 401, "signature_invalid")


def test_a_signature_helps_nobody_without_a_till_key(signer: SigningProgram) -> None:
    signed = signer.headers("GET", "till")
    signer.till.key = "till_live_unknown"

    problem = assert_problem(signer.till.get("till", **signed), 401, "unauthenticated")
    assert problem["detail"] == "Send a valid credential."


def test_a_body_is_checked_before_it_is_parsed(signer: SigningProgram) -> None:
    answer = signer.till.post("payments", raw=b"{", key="key-1", **signer.headers("POST", "payments", b"{}"))
    assert_problem(answer, 401, "signature_invalid")

    assert_problem(signer.post("payments", b"{"), 400, "malformed_json")


def test_a_body_that_is_too_large_is_not_read_for_its_signature(signer: SigningProgram) -> None:
    assert_problem(signer.post("cancellations", b"x" * 16_385), 413, "body_too_large")


def test_both_are_demanded_where_the_merchant_says_both(shop: Shop, signer: SigningProgram, now: datetime) -> None:
    require_till_proof(merchant_id=shop.merchant.id, proof=TillProof.BOTH, locks_out=True, by=STAFF, now=now)

    assert_problem(signer.get("till"), 401, "certificate_required")


def test_redis_is_not_asked_about_signatures(signer: SigningProgram, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    signed = signer.headers("GET", "till")

    assert signer.till.get("till", **signed).status_code == 200
    assert_problem(signer.till.get("till", **signed), 401, "signature_replayed")


def test_a_signature_costs_one_statement_and_nothing_where_there_is_none(
    shop: Shop, signer: SigningProgram, now: datetime
) -> None:
    def statements(call: Callable[[], HttpResponse]) -> int:
        # The first call of a process compiles what the others use.
        call()
        with CaptureQueriesContext(connection) as queries:
            assert call().status_code == 200
        return len(queries)

    assert statements(lambda: signer.till.get("till")) == 1
    assert statements(lambda: signer.get("till")) == 2
    demand(shop, now)
    assert statements(lambda: signer.get("till")) == 2


def test_a_test_key_signs_like_a_live_one(shop: Shop, now: datetime) -> None:
    program = SigningProgram(connect(shop, now=now, mode=Mode.TEST), now)
    register(shop.till, program.key, now=now)
    demand(shop, now)

    assert body_of(program.get("till"))["mode"] == "test"
