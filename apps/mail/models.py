"""The letters, sent and not yet sent."""

from django.db import models
from django.db.models import Q

from apps.kernel.ids import uuid7
from apps.kernel.masking import masked_email


class Letter(models.Model):
    """A letter by e-mail to one person.

    Letters bring codes, so the text is emptied once the letter is sent or given up; what stays says that there was a
    letter, to whom and why. Only a demo keeps the text, because its mailbox is the page `/demo/mail`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    to = models.EmailField(max_length=254)
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    # A short word and perhaps an id, such as "registration:<uuid>".
    cause = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    # The mail server took it back, or nobody took it for days.
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["to", "id"], name="letter_by_address"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(to="") & ~Q(subject="") & ~Q(cause=""), name="letter_is_complete"),
            models.CheckConstraint(
                condition=~Q(text="") | Q(sent_at__isnull=False) | Q(failed_at__isnull=False),
                name="letter_text_stays_until_it_is_sent",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(failed_at__isnull=True), name="letter_is_sent_or_failed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cause} to {masked_email(self.to)}"
