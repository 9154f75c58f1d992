"""What is known of one device, as staff read it when somebody calls."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509

from apps.audit.models import Record
from apps.codes.queries import newest_codes_of
from apps.devices.models import Device
from apps.devices.pin import is_locked
from apps.pages.moments import ZURICH


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """The device's key, its certificate, its counters and its PIN; no secret among them."""

    # SHA-256 of the public point, in hexadecimal.
    thumbprint: str
    serial: str
    valid_from: datetime
    valid_until: datetime
    is_expired: bool
    # Counters between the newest codes that were shown and never scanned, as people do who change their mind.
    skipped: int
    looked_at: int
    last_code_at: datetime | None
    wrong_pins_at: tuple[datetime, ...]
    is_pin_locked: bool
    # When it came into the status that it has.
    status_since: datetime

    @property
    def since(self) -> str:
        """Return it to the second, in Zurich's time: whoever asks on the telephone compares it with a receipt."""
        return f"{self.status_since.astimezone(ZURICH):%d.%m.%Y, %H:%M:%S}"

    @property
    def validity(self) -> str:
        """Return the days on which the certificate begins and ends to be good."""
        return f"{self.valid_from.astimezone(ZURICH):%d.%m.%Y} – {self.valid_until.astimezone(ZURICH):%d.%m.%Y}"


def facts_of(device: Device, *, records: Iterable[Record], now: datetime) -> DeviceFacts:
    """Return them, with `records` as the device's newest evidence."""
    certificate = x509.load_der_x509_certificate(bytes(device.certificate))
    codes = newest_codes_of(device.id)
    counters = [code.counter for code in codes]
    moved = (record.at for record in records if record.action == f"device.{device.status}")
    return DeviceFacts(
        thumbprint=hashlib.sha256(bytes(device.public_key)).hexdigest(),
        serial=f"{certificate.serial_number:x}",
        valid_from=certificate.not_valid_before_utc,
        valid_until=certificate.not_valid_after_utc,
        is_expired=now >= certificate.not_valid_after_utc,
        skipped=counters[0] - counters[-1] + 1 - len(counters) if counters else 0,
        looked_at=len(counters),
        last_code_at=codes[0].at if codes else None,
        wrong_pins_at=tuple(datetime.fromtimestamp(second, UTC) for second in device.pin_wrong_times),
        is_pin_locked=is_locked(device),
        status_since=device.revoked_at or next(moved, device.activated_at or device.enrolled_at),
    )
