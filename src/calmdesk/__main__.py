"""`python -m calmdesk`."""

from calmdesk.cli.main import main

if __name__ == "__main__":
    main()
