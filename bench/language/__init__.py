"""How well the line understands strangers, beside stock Rasa: `python -m bench language`."""
