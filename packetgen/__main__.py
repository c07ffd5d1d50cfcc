"""`python -m packetgen` is the same as `packetgen`."""

from packetgen.cli import main

main()
