"""Logs, traces, and the callbacks of those who watch."""
