"""The rules of attendance, one function each: columns in, columns out. `settle` says in which order."""
