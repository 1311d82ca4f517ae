"""Two invented companies with three months of ordinary life: a field-sales firm of 30 and a plant of 2,000."""
