"""The command line: arguments in, text out; decides nothing."""

import os

# One message is too little work to share among cores: threads would only wait for each other. Must be said before NumPy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
