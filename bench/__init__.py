"""Speed and language of the line, beside stock Rasa on the same machine: `python -m bench [part …]`."""
