"""CSV and TSV: layout, windows of records, records with more fields."""
