"""Conversations over HTTP with terminals that ask for a Digest log-in."""
