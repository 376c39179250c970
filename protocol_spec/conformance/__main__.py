"""`python -m protocol_spec.conformance server URL`: for whoever has the protocol alone."""

from __future__ import annotations

import argparse
import sys

from protocol_spec.conformance.cli import add_conform_commands

parser = argparse.ArgumentParser(prog="python -m protocol_spec.conformance")
add_conform_commands(parser.add_subparsers(required=True, metavar="COMMAND"))
chosen = parser.parse_args(["conform", *sys.argv[1:]])
sys.exit(chosen.run(chosen))
