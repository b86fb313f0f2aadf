"""Who: the organisation, its people and teams, and what each of them may do.

`roles` is the whole table of permissions; `access` is the only door from an address to an
object. Nothing here changes anybody: that is done in `people`.
"""
