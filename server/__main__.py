"""`python -m server` is the command `estragon`."""

import sys

from server.cli.main import main

sys.exit(main())
