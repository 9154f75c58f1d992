"""One JSON line per event, for machines to collect and for people to grep."""

import json
import logging
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

# What every record has; the rest came in `extra` and is what the event is about.
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_MEMBERS: Final = frozenset({"at", "level", "logger", "event", "trace"})
# What JSON lets through, but some viewers break the line at, or a terminal obeys.
_BREAKS: Final = {number: f"\\u{number:04x}" for number in (*range(0x7F, 0xA0), 0x2028, 0x2029)}


class JsonLines(logging.Formatter):
    """Writes a record as one line: when, how grave, who says it, what happened, and the ids that came with it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a line break inside a text or a traceback is escaped, so nobody can forge a second line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        for name, value in vars(record).items():
            if name in _STANDARD or name in _MEMBERS:
                continue
            if isinstance(value, str | int | float | UUID | None):
                line[name] = str(value) if isinstance(value, UUID) else value
        # Django hands over the whole request; its name is enough to find the rest.
        request_id = getattr(getattr(record, "request", None), "request_id", None)
        if isinstance(request_id, str):
            line.setdefault("request_id", request_id)
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":")).translate(_BREAKS)
        # Half a surrogate pair cannot be written; escaped it is JSON, and the event is not lost.
        return text.encode("utf-8", "backslashreplace").decode("utf-8")


def logging_settings(level: str) -> dict[str, Any]:
    """Return Django's LOGGING: everything from `level` on goes to standard error, and nothing anywhere else."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": "mpayment.logs.JsonLines"}},
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["lines"], "level": level},
        "loggers": {
            # Django's own handlers would say it a second time, and mail it to nobody.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # Every till that sends a wrong body would fill the log; the answer tells the till.
            "django.request": {"level": "ERROR"},
            # The strategy's chatter at every start; failures still come as errors.
            "celery": {"level": "WARNING"},
        },
    }
