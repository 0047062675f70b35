"""企业微信, emulated: its addresses, answers and limits as Tencent's pages describe them, and a phone page that shows messages.

It knows the house by nothing but the wire: an own reading of the callback's encryption, no line shared with the client that calls it.
"""
