"""What Rasa loads of ours: the channel, the tracker store, the component that understands; and what it shares."""
