"""The API of the captive portal: what the sample campus enters."""

from nanhu.services.network.portal.services.gateways import set_gateway

__all__ = ["set_gateway"]
