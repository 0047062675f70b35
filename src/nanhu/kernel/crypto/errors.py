"""What can go wrong with keys and blobs. None of it is a visitor's fault: these reach the log, not the page."""


class CryptoError(Exception):
    """Anything that keeps a value from being encrypted or read."""


class KeyringError(CryptoError):
    """The keyring is missing, malformed, unwritable, or lacks a key that is asked for."""


class UnreadableBlobError(CryptoError):
    """A blob is damaged, was made for another column, or its key is not in the keyring."""
