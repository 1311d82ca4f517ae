"""The ground both ZKTeco PUSH dialects stand on."""
