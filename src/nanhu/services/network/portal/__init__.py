"""Captive sign-in (上网认证): the page that pops up on the Wi-Fi, the capport API, and "why am I not on line" (为什么上不了网).

Owns: gateways that lead their clients to this page, browsers that are remembered at it, one's sign-in there until the gateway has
opened, what was found out about a person's trouble and which cure was taken. Sessions, devices, caps and policies are the network's.
"""
