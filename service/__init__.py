"""Questions in, proved answers out: over HTTP, on the command line and in Slack."""
