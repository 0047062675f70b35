"""RADIUS (FreeRADIUS by rlm_rest): Wi-Fi and VPN ask the one password."""
