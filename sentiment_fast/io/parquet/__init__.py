"""Parquet: windows of rows, row groups that a killed run can resume after."""
