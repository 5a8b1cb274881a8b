"""``python -m lightning_tickets`` is ``lightning-tickets``."""

import sys

from lightning_tickets.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
