"""The rules of the trade, in plain Python. Read this package first.

Teams let AI assistants into their daily work; one day an assistant stops. The
product answers four questions about that day, and each has its module here:

know     `fate`        what falls when a tool falls, and whether an alternative
                       rides on the same thing; with `cut`, the fewest whose loss
                       leaves nothing
         `herd`        who finds a seat where many land on one alternative
         `readiness`   would this work go on, and what would have to change
rehearse `scenario`    what the users of a tool see at each moment of an outage
         `pace`        how fast a drill plays it, also where that changes
         `injects`     what people are told on the way, and what that waits for
         `recurrence`  when the next drill is due
         `surprise`    when one begins that nobody expects, drawn from a seed
         `criteria`    by what a drill succeeds
         `states`      what a drill may go through, as one table
survive  `clocks`      how long work stood still, and how sure that figure is
         `arrivals`    what becomes of a press that comes late
prove    `clocks`      medians and verdicts; `readiness` the shares in reports

`errors` holds what the rules say when they say no.

Nothing here imports Django, reads a clock, or touches a database, a file or
the network. Instants are aware datetimes, lengths are timedeltas, and whatever
a rule needs to know is an argument. Doubt is a value: a recovery nobody saw is
a lower bound and never a zero; a chain nobody knows is "unknown" and never
"independent"; a share of nothing is None and never 0 %.
"""
