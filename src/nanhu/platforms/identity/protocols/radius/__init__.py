"""RADIUS for Wi-Fi (802.1X, TTLS/PAP) and VPN: FreeRADIUS speaks it and asks here by HTTP (rlm_rest).

Owns the keys of RADIUS servers and the one door they knock at. Passwords are checked by identity's sign-in, who may come
in by the access rules of the application behind the key. Accounting and sessions of the network are not kept here.
"""
