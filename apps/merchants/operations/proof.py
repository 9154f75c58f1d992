"""What a merchant demands of its tills besides their key."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.kernel.actors import Actor
from apps.merchants.errors import TillsLockedOut
from apps.merchants.locks import lock_merchant
from apps.merchants.models import Merchant, TillProof
from apps.merchants.queries import tills_without_proof


@transaction.atomic(durable=True)
def require_till_proof(
    *, merchant_id: UUID, proof: TillProof, locks_out: bool = False, by: Actor, now: datetime
) -> Merchant:
    """Demand this of the merchant's tills from their next request on; repeating it changes nothing.

    Raises UnknownMerchant; and TillsLockedOut, naming them, where a till in use has nothing registered for it, unless
    `locks_out` says that this is meant.
    """
    merchant = lock_merchant(merchant_id)
    if merchant.till_proof == proof:
        return merchant
    without = [till.public_id for till in tills_without_proof(merchant.id, proof, now=now)]
    if without and not locks_out:
        raise TillsLockedOut(f"nothing is registered for it at {', '.join(without)}", tills=without)
    facts = {"from": merchant.till_proof, "to": str(proof), "locked_out": without}
    merchant.till_proof = proof
    merchant.save(update_fields=["till_proof"])
    record(actor=by, action="merchant.till_proof_required", subject=merchant.public_id, facts=facts, now=now)
    return merchant
