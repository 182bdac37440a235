"""calmdesk: a colleague beside the people who answer a shop's angry customers."""

__version__ = "0.1.0"
