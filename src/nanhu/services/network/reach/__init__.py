"""Reach (VPN、校内资源、无线覆盖): who may come in from outside and to what, the directory of resources, installers, where Wi-Fi is."""
