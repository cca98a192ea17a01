-- title: With whom a person has exchanged direct messages, how many, and when
-- description: Both one-to-one and in groups; counted are the messages that the person has a copy of.
-- parameter user: The person's id.
SELECT o.id, o.full_name, o.delivery_email, o.is_active, p.grouped AS in_group, count(*) AS messages,
    count(*) FILTER (WHERE p.sender_id = :user) AS sent_by_person, min(p.date_sent) AS first, max(p.date_sent) AS last
FROM (
    SELECT m.sender_id, m.date_sent, c.type = 3 AS grouped,
        CASE WHEN c.type = 1 AND m.sender_id = :user THEN c.type_id ELSE m.sender_id END AS other_id
    FROM zerver_usermessage um
    JOIN zerver_message m ON m.id = um.message_id
    JOIN zerver_recipient c ON c.id = m.recipient_id AND c.type = 1
    WHERE um.user_profile_id = :user
    UNION ALL
    SELECT m.sender_id, m.date_sent, true, b.user_profile_id
    FROM zerver_usermessage um
    JOIN zerver_message m ON m.id = um.message_id
    JOIN zerver_recipient c ON c.id = m.recipient_id AND c.type = 3
    JOIN zerver_subscription b ON b.recipient_id = c.id AND b.user_profile_id <> :user
    WHERE um.user_profile_id = :user
) p
JOIN zerver_userprofile o ON o.id = p.other_id
GROUP BY o.id, p.grouped
ORDER BY messages DESC, o.id
