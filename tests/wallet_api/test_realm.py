"""The realm document: public, signed by the root, and cheap to ask for."""

import json
from datetime import datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.keys.contexts import realm_id
from apps.keys.models import Purpose
from apps.keys.queries import current_signing_key, published_code_keys
from apps.paycode.keys import Label
from apps.paycode.messages import document_message
from apps.wallet_api.realm import KEPT_FOR, forget_realm, signed_realm
from tests.cast import make_keys
from tests.wallet_api.door import Door, assert_problem, body_of, decoded, encoded, is_signed


def test_anybody_reads_the_keys_signed_by_the_root(stranger: Door, now: datetime) -> None:
    make_keys(now=now)

    signed = body_of(stranger.get("realm"))

    exact = decoded(signed["document"])
    root = current_signing_key(Purpose.REALM_ROOT, now)
    assert root is not None
    message = document_message(Label.REALM, realm=realm_id().bytes, document=exact)
    assert signed["key"] == root.key_id
    assert is_signed(signed, public_key=bytes(root.public_key), message=message)
    document = json.loads(exact)
    assert document["realm"] == str(realm_id())
    (key,) = published_code_keys(now)
    assert [(entry["kid"], entry["public_key"]) for entry in document["code_keys"]] == [
        (key.kid, encoded(bytes(key.public_key)))
    ]
    assert {"version", "issued_at", "expires_at", "server_time", "receipt_keys", "pin_policy"} <= document.keys()


def test_one_signature_serves_everybody_for_a_few_seconds(now: datetime) -> None:
    make_keys(now=now)
    first = signed_realm(now)

    with CaptureQueriesContext(connection) as queries:
        assert signed_realm(now + KEPT_FOR - timedelta(milliseconds=1)) is first
    assert len(queries) == 0
    assert signed_realm(now + KEPT_FOR) is not first


def test_a_credential_is_not_looked_at(stranger: Door, now: datetime) -> None:
    make_keys(now=now)

    assert Door(token="of another door").get("realm").status_code == 200


def test_without_keys_nothing_is_signed(stranger: Door) -> None:
    forget_realm()

    assert_problem(stranger.get("realm"), 503, "keys_unavailable")
