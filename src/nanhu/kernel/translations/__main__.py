import argparse
import sys

from nanhu.kernel.translations.command import add_arguments, run

parser = argparse.ArgumentParser(prog="python -m nanhu.kernel.translations")
add_arguments(parser)
arguments = parser.parse_args()
sys.exit(0 if run(arguments.action, arguments.paths, lambda line: sys.stdout.write(f"{line}\n")) else 1)
