"""Custom actions: each returns effects, which the worker carries out in its own transaction."""
