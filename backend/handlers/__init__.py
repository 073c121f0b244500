"""Lambda envelopes: open the event, call one use case, close."""
