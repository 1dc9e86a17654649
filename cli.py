"""Run socialscore from a checkout: `python cli.py rank`."""

from socialscore.commands import main

main()
