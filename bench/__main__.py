"""Run every benchmark, or those named on the command line."""

import importlib
import sys
import time
import traceback

from bench.report import print_figure

BENCHMARKS = {
    "payments": "bench.payments",
    "codes": "bench.codes",
    "loss": "bench.loss",
    "year": "bench.year",
    "payout": "bench.payout",
    "funds": "bench.funds",
    "occupancy": "bench.occupancy",
    "draw": "bench.draw",
    "flow_versions": "bench.flow_versions",
    "flows": "bench.flows",
    "assets": "bench.assets",
    "import": "bench.importing",
    "home": "bench.home",
    "phone": "bench.phone",
    "sign_in": "bench.sign_in",
    "sign_in_saturation": "bench.sign_in_saturation",
    "cas_flows": "bench.cas_flows",
    "single_logout": "bench.single_logout",
    "account_search": "bench.account_search",
    "search": "bench.search",
    "calendar_feed": "bench.calendar_feed",
    "shared_tables": "bench.shared_tables",
    "hub": "bench.hub",
    "hub_matching": "bench.hub_matching",
    "hub_changes": "bench.hub_changes",
    "hub_scale": "bench.hub_scale",
    "hub_spark": "bench.hub_spark",
    "assets_count": "bench.assets_count",
    "venues": "bench.venues",
    "wecom": "bench.wecom",
    "anonymous_time": "bench.anonymous_time",
    "messages": "bench.messages",
    "network": "bench.network",
    "capport": "bench.capport",
    "demo": "bench.demo",
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    failed = []
    for name in names or BENCHMARKS:
        print(f"— {name}", flush=True)
        started = time.monotonic()
        try:
            importlib.import_module(BENCHMARKS[name]).run(print_figure)
        except Exception:  # noqa: BLE001  one that fails must not hide the others
            traceback.print_exc()
            failed.append(name)
        print(f"  ({time.monotonic() - started:.0f} s)", flush=True)
    return 1 if failed else 0


sys.exit(main(sys.argv[1:]))
