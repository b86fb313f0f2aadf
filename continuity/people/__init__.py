"""Looking after people: the first start, accounts, teams, one's own settings.

Who somebody is and what they may do lies in `accounts`, which knows neither history nor
mail. What changes it lies here, since each change leaves a line of history and some of
them a message.
"""
