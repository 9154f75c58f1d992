"""Addresses of the wallet's files that change with their content."""

from django import template

from apps.wallet_pwa.files import OWN, SHARED, File, current_edition

register = template.Library()


@register.simple_tag
def wallet_file(name: str) -> str:
    """Return the address of a file below ``static/wallet``, or of a shared one; KeyError if it is not there."""
    return _file(name).address


@register.simple_tag
def wallet_integrity(name: str) -> str:
    """Return what the file must hash to."""
    return _file(name).integrity


def _file(name: str) -> File:
    return current_edition().files[name if name in SHARED else f"{OWN}/{name}"]
