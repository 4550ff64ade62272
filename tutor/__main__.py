"""`python -m tutor` is the command `sasl-tutor`."""

import sys

from tutor.cli.main import main

sys.exit(main())
