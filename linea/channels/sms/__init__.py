"""SMS through Twilio: signatures, what comes in, what goes out, and what the answers mean."""
