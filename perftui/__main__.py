"""`python -m perftui`, and the `perftui` command."""

from __future__ import annotations

import sys

from perftui.cli.main import run_command_line


def main() -> None:
    """Run the command line and leave with its exit status."""
    sys.exit(run_command_line(sys.argv[1:]))


if __name__ == "__main__":
    main()
