"""Tests of the edge to Telegram, part by part."""
