"""RADIUS for Wi-Fi (802.1X, TTLS/PAP) and VPN, and mail: FreeRADIUS (rlm_rest) and Dovecot (Lua) ask here by HTTP.

Owns the keys of those servers and the one door they knock at. Passwords are checked by identity's sign-in, who may come
in by the access rules of the application behind the key. Policies, sessions and accounting are those of the room that registers as
`network_policies`; without it a grant is no more than the person's group.
"""
