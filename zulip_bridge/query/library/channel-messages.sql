-- title: Messages in a channel, private ones too, by time
-- parameter channel: The channel's name.
-- parameter realm = %: The organization's string_id; % stands for any text.
-- parameter since = -infinity: From this time on, such as 2025-01-31 or 2025-01-31 14:00+02.
-- parameter until = infinity: Before this time.
SELECT m.id, m.date_sent, m.sender_id, u.full_name AS sender, m.subject AS topic, m.content, m.last_edit_time,
    m.has_attachment, c.name AS client
FROM zerver_stream s
JOIN zerver_realm r ON r.id = s.realm_id
JOIN zerver_message m ON m.realm_id = s.realm_id AND m.recipient_id = s.recipient_id
JOIN zerver_userprofile u ON u.id = m.sender_id
JOIN zerver_client c ON c.id = m.sending_client_id
WHERE lower(s.name) = lower(:channel) AND r.string_id LIKE :realm
    AND m.date_sent >= :since::timestamptz AND m.date_sent < :until::timestamptz
ORDER BY m.date_sent, m.id
