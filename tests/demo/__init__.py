"""`calmdesk demo` without a browser."""
