"""How a figure is reported: one line that a person and a program can read."""

from typing import Protocol


class Report(Protocol):
    def __call__(self, name: str, value: float, unit: str, baseline: float | None = None) -> None: ...


def print_figure(name: str, value: float, unit: str, baseline: float | None = None) -> None:
    """Print `name=… value=… unit=… baseline=… ratio=…`; the ratio is value over baseline."""
    ratio = f"{value / baseline:.3f}" if baseline else "-"
    shown = f"{baseline:.4g}" if baseline is not None else "-"
    print(f"name={name} value={value:.4g} unit={unit} baseline={shown} ratio={ratio}", flush=True)


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0–1) of the sorted sample lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
