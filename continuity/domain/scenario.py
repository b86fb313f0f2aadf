from enum import StrEnum


class State(StrEnum):
    OPERATIONAL = "operational"
    DEGRADED = "degraded"
    DOWN = "down"
    RECOVERING = "recovering"
    RECOVERED = "recovered"
