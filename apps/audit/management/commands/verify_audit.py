"""Has anybody tampered with the evidence?"""

import json
from argparse import ArgumentParser, ArgumentTypeError

from django.core.management.base import BaseCommand, CommandError

from apps.audit.queries import chain_head, unsealed_records, verify_chain


def _exported_head(text: str) -> tuple[int, bytes]:
    number, _, digits = text.partition(":")
    try:
        head = int(number), bytes.fromhex(digits)
    except ValueError:
        raise ArgumentTypeError("write NUMBER:HEX, as verify_audit printed it") from None
    if head[0] < 1 or len(head[1]) != 32:
        raise ArgumentTypeError("a head is a number from 1 up and 64 hexadecimal digits")
    return head


class Command(BaseCommand):
    """Exits with 1 when the chain is broken."""

    help = "Verify the chain over the audit trail, and its end against a head that was exported earlier."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one object for machines")
        parser.add_argument("--head", type=_exported_head, default=(0, b""), help="NUMBER:HEX of an exported head")

    def handle(self, *, head: tuple[int, bytes], **options: object) -> None:
        last = chain_head()
        broken = verify_chain(known_number=head[0], known_digest=head[1])
        answer = {
            "intact": broken is None,
            "sealed": last.number if last else 0,
            "head": f"{last.number}:{last.digest.hex()}" if last else None,
            "unsealed": unsealed_records().count(),
            "broken": {"number": broken.number, "reason": broken.reason} if broken else None,
        }
        if options["json"]:
            self.stdout.write(json.dumps(answer))
        elif broken is None:
            self.stdout.write(f"intact: {answer['sealed']} sealed, {answer['unsealed']} not yet, head {answer['head']}")
        if broken is not None:
            raise CommandError(f"broken at {broken.number}: {broken.reason}", returncode=1)
