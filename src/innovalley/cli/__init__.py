"""The `innovalley` command: one module per group of commands."""

from innovalley.cli.main import main

__all__ = ["main"]
