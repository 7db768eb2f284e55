"""`python -m bot` is `rounds`."""

from __future__ import annotations

import os
import signal
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line; a Ctrl-C ends it quietly, also while the program is being read."""
    signal.signal(signal.SIGINT, lambda _signal, _frame: os._exit(INTERRUPTED))
    # it takes half a second, in which some think again
    from bot.cli.commands import main as run  # noqa: PLC0415

    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
