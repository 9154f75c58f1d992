"""Read the letters."""

from django.db.models import QuerySet

from apps.mail.models import Letter


def newest_letters(*, to: str | None = None) -> QuerySet[Letter]:
    """Return the letters, newest first; `to` asks for those to one address, whatever its case."""
    letters = Letter.objects.order_by("-id")
    return letters if to is None else letters.filter(to__iexact=to)
