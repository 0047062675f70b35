"""Terminals in the field (终端一览), revocation lists, the loss-exposure meter."""
