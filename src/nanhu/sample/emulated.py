"""What every file for an emulator needs: the names the campus answers to."""

from urllib.parse import urlsplit


def host_names(public_url: str, allowed_hosts: str) -> list[str]:
    further = [one.strip().lower() for one in allowed_hosts.split(",") if one.strip()]
    names = ["localhost", "127.0.0.1", "[::1]", urlsplit(public_url).hostname or "", *further]
    return list(dict.fromkeys(name for name in names if name))
