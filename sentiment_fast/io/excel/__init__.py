"""Workbooks of Excel and LibreOffice: the rows of one sheet, as texts."""
