"""Aftercast: turn the recording notifications of a live-streaming cloud into a replay site of plain files."""

__version__ = "0.1.0"
