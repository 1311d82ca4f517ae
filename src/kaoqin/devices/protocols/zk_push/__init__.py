"""Where terminals of both ZKTeco PUSH dialects call."""
