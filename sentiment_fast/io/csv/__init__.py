"""CSV and TSV: the layout, windows of records, and records with fields added."""
