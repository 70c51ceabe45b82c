"""Libraries that report to their makers are told not to, before they are imported."""

from __future__ import annotations

import os

# ONNX Runtime's official builds, from 1.29 on, send events and keep a device id in the user's cache unless it is set
# before they are loaded.
_SWITCHES = ("ORT_DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK")


def disable_telemetry() -> None:
    """Turn it off for this process and those that it starts, unless the environment says otherwise."""
    for name in _SWITCHES:
        os.environ.setdefault(name, "1")
