"""The engine: whole populations as columns. No Django, no clock, no database, no network."""
