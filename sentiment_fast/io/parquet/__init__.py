"""Parquet: windows of rows, and row groups after which a killed run can be resumed."""
