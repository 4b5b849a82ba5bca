"""Phones and a Graph API on this machine, for trying the line; its own process, development only."""
