"""Rehearsing, and learning from what was rehearsed or was real.

before      scenarios (`data`), schedules, triggers and surprises: `services.scheduling`
            and `proposing` look for what is due, `opening` makes the drill of it
during      `services.conducting` moves each drill along, `injects` speaks, and `console`
            is the facilitator's
after       `services.drafting` begins the report; findings become actions, which close on
            a retest
"""
