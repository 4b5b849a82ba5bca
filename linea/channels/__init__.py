"""One folder per channel: the vendor's JSON on one side, our own messages on the other."""
