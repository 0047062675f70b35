"""What only the sample campus needs of this room: the keys of a bank that is emulated."""

from nanhu.platforms.payments.certificates import acquirer_keys, signing_pair

__all__ = ["acquirer_keys", "signing_pair"]
