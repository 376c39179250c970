"""`python -m server` is the command `estragon`."""

import sys

from server.cli import main

sys.exit(main())
