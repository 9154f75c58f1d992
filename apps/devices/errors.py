"""What can go wrong with devices, their PIN and their sessions."""

from apps.kernel.errors import Conflict, Forbidden, NotFound, Refused


class UnknownDevice(NotFound):
    """There is no such device."""

    code = "device_not_found"


class UnknownOrder(NotFound):
    """There is no such order to revoke devices."""

    code = "revocation_order_not_found"


class NothingToRevoke(Refused):
    """No device matches, or nothing was said about which ones."""

    code = "nothing_to_revoke"


class TooManyToRevoke(Refused):
    """That many devices are not revoked with one order; narrow it down."""

    code = "too_many_to_revoke"


class PreviewOutdated(Conflict):
    """The number is not that of the devices that match now; look at them again."""

    code = "preview_outdated"


class ActivationInvalid(Refused):
    """The activation code is not valid; ask for a new one."""

    code = "activation_invalid"


class InvalidName(Refused):
    """A device's name and platform are short, printable texts."""

    code = "invalid_name"


class InvalidKey(Refused):
    """The public key is not an uncompressed point on P-256."""

    code = "invalid_key"


class KeyInUse(Conflict):
    """This key is enrolled already; make a fresh one."""

    code = "key_in_use"


class DeviceLimit(Conflict):
    """There are five devices already; revoke one first."""

    code = "device_limit"


class ChallengeInvalid(Forbidden):
    """The challenge is unknown, used, expired or another device's; ask for a new one."""

    code = "challenge_invalid"


class ProofInvalid(Forbidden):
    """The proof was not made with the private half of this key."""

    code = "proof_invalid"


class SignatureInvalid(Forbidden):
    """No enrolled device signed this."""

    code = "signature_invalid"


class DevicePending(Forbidden):
    """The device waits to be approved."""

    code = "device_pending"


class DeviceLocked(Forbidden):
    """The device is locked; unlock it with another one."""

    code = "device_locked"


class DeviceSuspended(Forbidden):
    """The device was suspended; enrol it anew."""

    code = "device_suspended"


class DeviceRevoked(Forbidden):
    """The device was revoked; enrol it anew."""

    code = "device_revoked"


class CustomerClosed(Forbidden):
    """The account is closed."""

    code = "customer_closed"


class OwnDevice(Forbidden):
    """A device does not unlock or approve itself; use another one."""

    code = "own_device"


class InvalidSync(Refused):
    """A sync tag has four bytes."""

    code = "invalid_field"


class KeyNotAccepted(Refused):
    """Seal to the newest key: update the realm document and try again."""

    code = "key_retired"


class SealInvalid(Refused):
    """The sealed PIN setting does not open."""

    code = "unreadable"


class PinEpochWrong(Conflict):
    """The PIN was set meanwhile; the next epoch is the last one plus one."""

    code = "pin_epoch_wrong"


class FirstPinRefused(Forbidden):
    """The first PIN is set without an old one, within fifteen minutes of activation; enrol the device anew."""

    code = "first_pin_refused"


class PinNotSet(Conflict):
    """The device has no PIN yet."""

    code = "pin_not_set"


class PinWrong(Forbidden):
    """The PIN was wrong."""

    code = "pin_wrong"


class PinLocked(Forbidden):
    """The PIN is locked for good; revoke the device and enrol it anew."""

    code = "pin_locked"
