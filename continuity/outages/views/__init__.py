"""The doors of outages: the live page, pictures, and the links of participants."""
