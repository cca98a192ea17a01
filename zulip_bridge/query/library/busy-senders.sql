-- title: Who has sent most messages in a period
-- description: For a flood of messages, and for an account that does what its owner does not.
-- parameter realm = %: The organization's string_id; % stands for any text.
-- parameter since = yesterday: From this time on, such as 2025-01-31 or 2025-01-31 14:00+02.
-- parameter until = infinity: Before this time.
SELECT r.string_id AS realm, u.id, u.full_name, u.delivery_email, u.is_bot, u.is_active, count(*) AS messages,
    count(DISTINCT m.recipient_id) AS conversations, count(*) FILTER (WHERE c.type <> 2) AS direct,
    min(m.date_sent) AS first, max(m.date_sent) AS last
FROM zerver_message m
JOIN zerver_userprofile u ON u.id = m.sender_id
JOIN zerver_realm r ON r.id = u.realm_id
JOIN zerver_recipient c ON c.id = m.recipient_id
WHERE m.date_sent >= :since::timestamptz AND m.date_sent < :until::timestamptz AND r.string_id LIKE :realm
GROUP BY r.string_id, u.id
ORDER BY messages DESC, u.id
