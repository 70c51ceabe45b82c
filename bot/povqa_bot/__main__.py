"""`python -m povqa_bot`: the same as `povqa bot`."""

from __future__ import annotations

import sys

from povqa import PovqaError
from povqa_bot.cli import bot


def main() -> None:
    """Run the bot; what is wrong with its settings is said in one line."""
    try:
        bot()
    except PovqaError as error:
        sys.stderr.write(f"povqa bot: {error.en}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
