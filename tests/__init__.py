"""Tests of calmdesk: they talk to it as people do."""
