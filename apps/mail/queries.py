"""Read the letters."""

from datetime import datetime

from django.db.models import QuerySet

from apps.kernel.ids import earliest_uuid7
from apps.mail.models import Letter


def newest_letters(*, to: str | None = None) -> QuerySet[Letter]:
    """Return the letters, newest first; `to` asks for those to one address, whatever its case."""
    letters = Letter.objects.order_by("-id")
    return letters if to is None else letters.filter(to__iexact=to)


def count_lost_letters(*, since: datetime, most: int) -> int:
    """Return how many letters of since then reached nobody; counting stops at `most`."""
    lost = Letter.objects.filter(id__gte=earliest_uuid7(since), failed_at__isnull=False)
    return lost.order_by("-id").values("id")[:most].count()
