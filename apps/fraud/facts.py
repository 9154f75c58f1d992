"""What a payment tells about itself, frozen at the moment of the scan."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from apps.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The facts that rules may look at. No key, code, PIN or account number is ever among them."""

    payment: UUID
    customer: UUID
    device: UUID
    instrument: UUID
    merchant: UUID
    store: UUID
    till: UUID
    cashier: str
    amount: Money
    code_issued_at: datetime
    scanned_at: datetime
    device_enrolled_at: datetime
    is_attended: bool
    made_online: bool
    suspicions: tuple[str, ...] = ()
    # Country and town of the store, such as "CH Zürich"; empty where nobody said.
    town: str = ""
    # The merchant's.
    time_zone: str = "UTC"
    is_training: bool = False
    # The counter of this code, and the phone's last one and when that one was made, as they were before.
    counter: int | None = None
    previous_counter: int | None = None
    previous_issued_at: datetime | None = None
    # Unix seconds of the device's wrong PIN tries, as far back as they are kept.
    wrong_pin_times: tuple[int, ...] = ()

    def as_document(self) -> dict[str, object]:
        """Return the facts as JSON keeps them: ids as text, times in RFC 3339, money in minor units."""
        document: dict[str, object] = {}
        for name, value in asdict(self).items():
            match value:
                case UUID():
                    document[name] = str(value)
                case datetime():
                    document[name] = value.isoformat()
                case tuple():
                    document[name] = list(value)
                case _:
                    document[name] = value
        return document
