"""Version 1 of the interface: what it says, never changed once published.

shapes      what several answers are made of
door        how an address names its permission, its parameters and its shape
figures, workflows, tools, drills, outages, actions, reports    the addresses
alternatives, recoveries    what some of them tell of their parts
site        all of them together, their description, and what a mistake is answered
"""
