"""The edge to Telegram: updates in, calls out. It decides nothing; the desk does. The only room that imports the library `telegram`."""

from __future__ import annotations

import os

# The library gives stretches of time either as numbers, with a warning each time, or as what they are; this asks for the latter.
os.environ.setdefault("PTB_TIMEDELTA", "true")
