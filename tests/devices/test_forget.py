from datetime import datetime, timedelta

from apps.devices.models import Challenge, Session, SocketTicket
from apps.devices.operations import forget_expired
from apps.devices.tasks import KEPT_FOR, forget
from tests.cast import make_phone
from tests.shop import moment


def test_what_was_good_for_minutes_is_cleared_away_a_week_later(transactional_db: None) -> None:
    long_ago = moment() - KEPT_FOR - timedelta(days=1)
    make_phone(now=long_ago).open_session(now=long_ago)
    make_phone(now=moment()).open_session(now=moment())

    forget()

    assert [kind.objects.count() for kind in (Session, SocketTicket)] == [1, 1]
    assert not Challenge.objects.filter(expires_at__lt=moment() - KEPT_FOR).exists()


def test_no_more_than_asked_is_cleared_away_at_once(transactional_db: None) -> None:
    now: datetime = moment()
    phone = make_phone(now=now)
    for _ in range(3):
        phone.open_session(now=now)

    forget_expired(before=now + timedelta(hours=1), limit=2)

    assert Session.objects.count() == 1
