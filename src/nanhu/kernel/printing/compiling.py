"""The process that sets a page: `python -I compiling.py FOLDER FONTS SECONDS STANDARD`, PDF to standard output, what is wrong to standard error.

It knows the folder alone, has no network, and ends by itself: a template is the school's own, and may yet be anybody's mistake.
Packages of typst are code from the network; there are none here.
"""

import os
import resource
import sys
from contextlib import suppress

MOST_MEMORY = 3 * 1024**3
LARGEST_PDF = 20 * 1024**2
LONGEST_COMPLAINT = 20_000
WRONG = 2


def alone() -> None:
    """Its own network, with nothing in it. Where the system does not let it, the proxy that is nowhere must do."""
    os.environ.update(
        dict.fromkeys(
            ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9"
        )
    )
    with suppress(OSError, AttributeError):
        os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)


def main(folder: str, fonts: str, seconds: str, standard: str) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    alone()
    import typst

    try:
        made = typst.compile(
            f"{folder}/template.typ",
            root=folder,
            font_paths=[fonts],
            ignore_system_fonts=True,
            pdf_standards=[standard] if standard else [],  # type: ignore[list-item]  # the caller names one that it knows
        )
    except Exception as wrong:  # noqa: BLE001 - whatever typst says goes to whoever wrote the template
        sys.stderr.write((getattr(wrong, "diagnostic", "") or str(wrong))[:LONGEST_COMPLAINT])
        return WRONG
    if len(made) > LARGEST_PDF:
        sys.stderr.write(f"error: {len(made)} bytes of PDF, at most {LARGEST_PDF}")
        return WRONG
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
