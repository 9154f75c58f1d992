"""The contract between the heart of the product and every connector.

Requests and outcomes are frozen values; money is in minor units. What the core does with each
outcome is its own business, but the meanings here are binding: above all, Unknown is never a no.
"""

from apps.providers.contract.connector import (
    Capabilities,
    Connector,
    InvalidNotice,
    Notice,
    Settlement,
    SettlementLine,
    SettlementNotReady,
)
from apps.providers.contract.outcomes import (
    Approved,
    ConfigError,
    Declined,
    Description,
    InquiryOutcome,
    InstrumentDescription,
    NeverHeardOf,
    NotSent,
    Outcome,
    Pending,
    Unknown,
)
from apps.providers.contract.requests import (
    Authorise,
    Capture,
    CheckLiquidity,
    Inquire,
    Refund,
    Request,
    Reverse,
    Verb,
    Void,
)

__all__ = [
    "Approved",
    "Authorise",
    "Capabilities",
    "Capture",
    "CheckLiquidity",
    "ConfigError",
    "Connector",
    "Declined",
    "Description",
    "Inquire",
    "InquiryOutcome",
    "InstrumentDescription",
    "InvalidNotice",
    "NeverHeardOf",
    "NotSent",
    "Notice",
    "Outcome",
    "Pending",
    "Refund",
    "Request",
    "Reverse",
    "Settlement",
    "SettlementLine",
    "SettlementNotReady",
    "Unknown",
    "Verb",
    "Void",
]
