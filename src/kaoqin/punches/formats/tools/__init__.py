"""What the formats share: decoding, clocks, tables, the words of headers."""
