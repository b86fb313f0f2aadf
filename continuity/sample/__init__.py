"""The organisation to try: invented people, work and drills, on an empty installation.

Above the rooms that it fills and below none of them: they do not know of it.

data/sample.yaml   what is in it
services           makes it through the services of the other rooms
views              the button of the first start
"""
