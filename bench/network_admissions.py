"""Admissions by policy, inside the campus of `bench.network`."""

import json

from bench.inside import set_up_django

if __name__ == "__main__":
    set_up_django()
    from bench.network import admissions

    print(json.dumps(admissions()))
