"""Providers of text messages (短信服务商), emulated: they check each signature by the public rules, keep what they took and show it.

It knows the house by nothing but the wire: an own reading of ACS3-HMAC-SHA256 and TC3-HMAC-SHA256, no line shared with it.
"""
