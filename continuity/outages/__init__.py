"""What is happening now, rehearsed or real: the same clocks, marks and journal for both.

`services.course` moves a rehearsal and `services.real` what really fails; `services.marks`
takes what people press, and `services.journal` writes each line that nobody rewrites.
`queries.results` says how long it took. Drills and incidents lie above; neither is known
here.
"""
