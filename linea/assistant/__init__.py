"""What Rasa loads of ours (channel, tracker store, the component that understands), and what it shares."""
