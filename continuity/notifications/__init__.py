"""What people and programs are owed: an outbox of rows, sent by whichever tick comes by.

owing       `services.owing` to people, `services.news` to webhooks and chats; both within
            the transaction of what they report
sending     `services.outbox` by mail, `services.deliveries` to everywhere else
choosing    `services.choices` for people, `services.endpoints` for the organisation
"""
