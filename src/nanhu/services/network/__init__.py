"""Campus network (校园网): who is on line, with which device, where; what the network's servers report, and how somebody is cut off.

Owns: NAS (access controllers, switches, VPN gateways), grants given in Access-Accept, sessions by RADIUS accounting, the log of addresses,
devices, policies by role and service, disconnects. Does not own: passwords and who may come in (identity), buildings (campus), the pages
of `network.portal` (captive sign-in) and `network.reach` (VPN grants, resources, coverage), which stand on `api.py` alone.
"""
