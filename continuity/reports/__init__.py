"""The record: what was shown, as files that management and auditors keep.

A report is a row first (`services.asking`). A tick gathers its facts (`content`) and gives
them to the one package that knows the PDF engine (`pdf`).
"""
