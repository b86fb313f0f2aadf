"""What the pages of all apps share, and no rule of the trade.

asking      `fields`, `choices`; `attachments` and `pictures` for what people add
telling     `formats`, `pills`, `reasons`, `problems`, `markdown`, `markup`, and the tags
            of `templatetags` that every template has
lists       `paging`, `counted`; `tables` gives any of them as a file
figures     `definitions` says how each is computed; `charts` draws them
the page    `navigation`, `htmx`, `middleware`
the database, asked less often: `prepared`, `together`
going out   `outgoing`, the one client for addresses that people typed in
"""
