"""How a test says that the real library meets one of Slack's errors."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError


@contextlib.contextmanager
def refused(error: str) -> Iterator[dict[str, Any]]:
    """Expect `"ok": false` with this error; what Slack says besides is in the dict afterwards."""
    told: dict[str, Any] = {}
    with pytest.raises(SlackApiError) as raised:
        yield told
    response = raised.value.response
    assert response["error"] == error
    told.update(response.data if isinstance(response.data, dict) else {})
