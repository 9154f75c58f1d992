"""Ids in addresses: another prefix or another form is no address of ours."""

from uuid import UUID

from django.urls import register_converter

from apps.kernel.ids import from_public_id, public_id


class _PublicId:
    prefix = ""
    regex = "[a-z]{3}_[0-9a-z]{26}"

    def to_python(self, value: str) -> UUID:
        """Return the id inside; ValueError, which is a 404."""
        return from_public_id(self.prefix, value)

    def to_url(self, value: UUID | str) -> str:
        """Return the public form; a text is one already."""
        return value if isinstance(value, str) else public_id(self.prefix, value)


class _Payment(_PublicId):
    prefix = "pay"


class _Case(_PublicId):
    prefix = "cas"


class _Device(_PublicId):
    prefix = "dev"


class _Customer(_PublicId):
    prefix = "cus"


class _Operator(_PublicId):
    prefix = "opr"


def register_ids() -> None:
    """Make `<pay:...>` and the like known to addresses; once, when they are read."""
    for converter in (_Payment, _Case, _Device, _Customer, _Operator):
        register_converter(converter, converter.prefix)
