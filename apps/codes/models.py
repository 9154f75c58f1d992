"""The evidence of every spent code, kept so that a third party can verify later which phone signed which body."""

from django.db import models
from django.db.models import Q

from apps.devices.models import Device
from apps.kernel.ids import uuid7
from apps.merchants.models import Till

ACCEPTED = "accepted"


class SpentCode(models.Model):
    """A counter of a device, used up. The proof of the PIN is not kept: it would confirm a guess."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The device's row keeps its public key and certificate for ever.
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+", db_index=False)
    counter = models.BigIntegerField()
    kid = models.SmallIntegerField()
    text_digest = models.BinaryField(max_length=32)
    body = models.BinaryField(max_length=30)
    signature = models.BinaryField(max_length=64)
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="+", db_index=False)
    # `accepted`, or the reason for which the code paid nothing.
    result = models.CharField(max_length=32)
    # The payment or return that it was spent for, which live upstairs.
    subject_kind = models.CharField(max_length=16)
    subject_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            # The verified content is the key, never the bytes: code and signature both have twins.
            models.UniqueConstraint(fields=["device", "counter"], name="code_is_spent_once"),
            models.UniqueConstraint(fields=["subject_kind", "subject_id"], name="subject_spends_one_code"),
            models.CheckConstraint(condition=Q(counter__gte=1, counter__lt=2**32), name="code_counter_fits"),
            models.CheckConstraint(condition=~Q(result="") & ~Q(subject_kind=""), name="spent_code_says_what_for"),
        ]

    def __str__(self) -> str:
        return f"code {self.counter} of {self.device_id}"
