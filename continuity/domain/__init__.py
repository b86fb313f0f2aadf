"""The rules of the trade, in plain Python. Read this package first.

Teams let AI assistants into their daily work; one day an assistant stops. The
product answers four questions about that day, and each has its module here:

know     `fate`        what falls when a tool falls, and whether an alternative
                       rides on the same thing; with `cut`, the fewest whose loss
                       leaves nothing
         `herd`        who finds a seat where many land on one alternative
         `impact`      how bad a stop gets as time passes, and the targets; with
                       `hours`, when work is done at all
         `readiness`   would this work go on, and what would have to change
         `review`      where a description stands between draft and archived; with
                       `revision`, what changed between two runbooks
         `names`       when two spellings are one name
rehearse `scenario`    what the users of a tool see at each moment of an outage
         `pace`        how fast a drill plays it, also where that changes
         `injects`     what people are told on the way, and what that waits for
         `recurrence`  when the next drill is due; with `rotation`, whose turn it is
         `surprise`    when one begins that nobody expects, drawn from a seed
         `punctuality` on time, late or missed
         `criteria`    by what a drill succeeds
         `states`      what a drill may go through, as one table
survive  `clocks`      how long work stood still, and how sure that figure is
         `arrivals`    what becomes of a press that comes late
         `attention`   when somebody may be told something
prove    `clocks`      medians and verdicts; `readiness` the shares in reports
         `after_action` what the figures of a drill say by themselves
         `shifts`      why a workflow became ready, or is so no more
         `losses`      what an outage takes; with `forecast` and `yearly`, what a year
                       of real outages would take, many times over
         `periods`     what a regular report looks back on

`errors` holds what the rules say when they say no.

Nothing here imports Django, reads a clock, or touches a database, a file or
the network. Instants are aware datetimes, lengths are timedeltas, and whatever
a rule needs to know is an argument. Doubt is a value: a recovery nobody saw is
a lower bound and never a zero; a chain nobody knows is "unknown" and never
"independent"; a share of nothing is None and never 0 %.
"""
