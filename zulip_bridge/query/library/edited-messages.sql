-- title: Messages whose text was edited in a period, with what it was before
-- parameter realm = %: The organization's string_id; % stands for any text.
-- parameter since = -infinity: From this time on, such as 2025-01-31 or 2025-01-31 14:00+02.
-- parameter until = infinity: Before this time.
SELECT m.last_edit_time, r.string_id AS realm, m.id, m.date_sent, m.sender_id, u.full_name AS sender,
    s.name AS channel, m.subject AS topic, m.content, m.edit_history
FROM zerver_message m
JOIN zerver_realm r ON r.id = m.realm_id
JOIN zerver_userprofile u ON u.id = m.sender_id
LEFT JOIN zerver_stream s ON s.recipient_id = m.recipient_id
WHERE m.last_edit_time IS NOT NULL AND r.string_id LIKE :realm
    AND m.last_edit_time >= :since::timestamptz AND m.last_edit_time < :until::timestamptz
ORDER BY m.last_edit_time, m.id
