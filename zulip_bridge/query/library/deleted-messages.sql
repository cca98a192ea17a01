-- title: Deleted messages that are still in the archive
-- description: Zulip keeps them for 30 days. Who has deleted a message is not stored. kind 1 is the retention
--   policy, 2 somebody.
-- parameter realm = %: The organization's string_id; % stands for any text.
-- parameter since = -infinity: From this time on, such as 2025-01-31 or 2025-01-31 14:00+02.
-- parameter until = infinity: Before this time.
SELECT t.timestamp AS deleted, t.type AS kind, t.restored, r.string_id AS realm, m.id, m.date_sent, m.sender_id,
    u.full_name AS sender, s.name AS channel, m.subject AS topic, m.content
FROM zerver_archivedmessage m
JOIN zerver_archivetransaction t ON t.id = m.archive_transaction_id
JOIN zerver_userprofile u ON u.id = m.sender_id
JOIN zerver_realm r ON r.id = u.realm_id
LEFT JOIN zerver_stream s ON s.recipient_id = m.recipient_id
WHERE r.string_id LIKE :realm AND t.timestamp >= :since::timestamptz AND t.timestamp < :until::timestamptz
ORDER BY t.timestamp, m.id
