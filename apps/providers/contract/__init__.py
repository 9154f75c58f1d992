"""The contract between the heart of the product and every connector.

Requests and outcomes are frozen values; money is in minor units. What the core does with each
outcome is its own business, but the meanings here are binding: above all, Unknown is never a no.
"""

from apps.providers.contract.connector import (
    Capabilities,
    Connector,
    InvalidNotice,
    Notice,
    NoticeKind,
    Settlement,
    SettlementLine,
    SettlementNotReady,
)
from apps.providers.contract.linking import (
    BeginLink,
    ConsentEnded,
    EndConsent,
    LinkedAccount,
    LinkingConnector,
    LinkOutcome,
    LinkPage,
    RedeemLink,
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
    "BeginLink",
    "Capabilities",
    "Capture",
    "CheckLiquidity",
    "ConfigError",
    "Connector",
    "ConsentEnded",
    "Declined",
    "Description",
    "EndConsent",
    "Inquire",
    "InquiryOutcome",
    "InstrumentDescription",
    "InvalidNotice",
    "LinkOutcome",
    "LinkPage",
    "LinkedAccount",
    "LinkingConnector",
    "NeverHeardOf",
    "NotSent",
    "Notice",
    "NoticeKind",
    "Outcome",
    "Pending",
    "RedeemLink",
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
