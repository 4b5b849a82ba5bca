"""Phones and a Graph API on this machine, for trying and testing the line; its own process, development only."""
