"""One table: keys, and the object that each made."""

from django.db import models
from django.db.models import Q

from apps.kernel.ids import uuid7


class AnsweredRequest(models.Model):
    """A key with what was asked under it; buried when its request was cancelled before it arrived."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    scope = models.CharField(max_length=100)
    key = models.CharField(max_length=255)
    method = models.CharField(max_length=10, default="", blank=True)
    path = models.CharField(max_length=255, default="", blank=True)
    body_digest = models.BinaryField(max_length=32, default=b"")
    subject_kind = models.CharField(max_length=30, default="", blank=True)
    subject_id = models.CharField(max_length=100, default="", blank=True)
    buried = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], name="key_is_used_once_in_its_scope"),
            models.CheckConstraint(condition=~Q(scope="") & ~Q(key=""), name="key_and_scope_are_not_empty"),
            models.CheckConstraint(
                condition=Q(subject_kind="", subject_id="") | (~Q(subject_kind="") & ~Q(subject_id="")),
                name="subject_is_whole_or_absent",
            ),
            models.CheckConstraint(condition=Q(buried=False) | Q(subject_kind=""), name="buried_key_made_nothing"),
        ]
        indexes = [models.Index(fields=["created_at"], name="answered_request_by_age")]

    def __str__(self) -> str:
        return f"{self.scope} {self.id}"
