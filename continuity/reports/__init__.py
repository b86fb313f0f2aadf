"""The record: what was shown, as files that management and auditors keep.

A report is a row first (`services.asking`). A tick gathers its facts (`content`) and gives
them to `pdf`, which starts a process for each file; what that process does, with engine,
layouts and fonts, is in `typesetting`.
"""
