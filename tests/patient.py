"""HTTP for tests, with a time to wait that only what hangs exceeds: httpx's own five seconds are a busy machine's.

Knows nothing of what is asked; `tests/test_architecture.py` holds that no test waits by httpx's default.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import httpx

SECONDS: Final = 120.0

get = partial(httpx.get, timeout=SECONDS)
post = partial(httpx.post, timeout=SECONDS)
options = partial(httpx.options, timeout=SECONDS)
delete = partial(httpx.delete, timeout=SECONDS)
Client = partial(httpx.Client, timeout=SECONDS)
AsyncClient = partial(httpx.AsyncClient, timeout=SECONDS)
