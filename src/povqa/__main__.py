"""`python -m povqa` is `povqa`."""

from povqa.cli import main

main()
