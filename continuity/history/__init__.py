"""What was changed, by whom, from what to what.

Every service of the rooms above records its verb here, within its own transaction.
`queries.words` says each of them as a sentence. What is deleted is kept whole for a month
(`services.deletions`), and the rooms that deleted it bring it back.
"""
