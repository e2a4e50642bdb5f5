"""`python -m builder` is the `aftercast` command."""

from builder.cli import main

main()
