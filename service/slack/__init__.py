"""Slack in, ask(), Slack out. What is Slack's stays here, so that another chat system can stand beside it."""
