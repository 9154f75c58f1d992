from django.utils import timezone

from apps.audit.models import Record, Seal
from apps.audit.operations import record
from apps.audit.tasks import seal
from apps.kernel.actors import Actor


def test_what_was_committed_is_sealed_when_the_clock_asks(transactional_db: None) -> None:
    record(actor=Actor("system", "tests"), action="tested", subject="x", now=timezone.now())

    seal()
    seal()

    assert Seal.objects.count() == Record.objects.count() == 1
