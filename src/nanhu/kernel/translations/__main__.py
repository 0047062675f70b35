import argparse
import sys

from nanhu.kernel.translations.command import add_arguments, run

parser = argparse.ArgumentParser(prog="python -m nanhu.kernel.translations")
add_arguments(parser)
arguments = parser.parse_args()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


sys.exit(0 if run(arguments.action, arguments.paths, say, quiet=arguments.quiet) else 1)
