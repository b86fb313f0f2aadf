"""From a spreadsheet to a plan of what it would change, in four steps without a write.

reading   bytes -> table       the only place that opens spreadsheets and guesses encodings
columns   table -> mapping     which column is which field, guessed and then corrected
names     names -> tools       which tool of the catalogue a name in a cell means
check     all of it -> plan    per row: new, changed, unchanged, left out or to be fixed

`cells` reads single cells ("50,000+", "1 h 30"), `known` takes a picture of what the
inventory holds. `services.imports` keeps the answers and writes the plan.
"""
