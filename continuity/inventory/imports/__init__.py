"""From a file to a plan of what it would change, in four steps without a write.

reading   bytes -> table       the only place that opens spreadsheets and guesses encodings
columns   table -> mapping     which column is which field, guessed and then corrected
names     names -> tools       which tool of the catalogue a name in a cell means
check     all of it -> plan    per row: new, changed, unchanged, left out or to be fixed

`fields` says what a column can be for each kind of rows, `headings` by which words it is
known. `drafts` are rows as they are written, `rows` plans them, a planner for each kind.
`cells` and `words` read single cells ("50,000+", "1 h 30", "other provider"), `known`
takes the `picture` of what the inventory holds that a `plan` is compared with. `pages`
and `name_pages` are what the wizard shows. `services.imports` keeps the answers and
writes the plan.
"""
