from hypothesis import settings

# The same examples every time, and no stopwatch: a busy machine is not a wrong rule.
settings.register_profile("continuity", deadline=None, derandomize=True)
settings.load_profile("continuity")
