"""Every letter to a customer, in German, French, Italian and English; kept in one place so that they sound alike.

A letter never holds a secret, save the code that is its purpose.
"""

from apps.customers.letters.closing import ACCOUNT_CLOSED
from apps.customers.letters.lost_phone import DEVICES_STOPPED, lost_phone_letter
from apps.customers.letters.payments import REFUNDED
from apps.customers.letters.registration import registration_letter
from apps.customers.letters.security import (
    DEVICE_ENROLLED,
    DEVICE_WAITS,
    INSTRUMENT_LINKED,
    LIMITS_RAISED,
    PIN_CHANGED,
)
from apps.customers.letters.words import InLanguages, Words

__all__ = [
    "ACCOUNT_CLOSED",
    "DEVICES_STOPPED",
    "DEVICE_ENROLLED",
    "DEVICE_WAITS",
    "INSTRUMENT_LINKED",
    "LIMITS_RAISED",
    "PIN_CHANGED",
    "REFUNDED",
    "InLanguages",
    "Words",
    "lost_phone_letter",
    "registration_letter",
]
