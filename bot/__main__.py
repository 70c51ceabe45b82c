"""`python -m bot`: the same as `python -m povqa_bot`."""

from povqa_bot.__main__ import main

main()
