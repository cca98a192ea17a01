-- title: Who could read an uploaded file
-- description: Its owner, and whoever has received, or is subscribed to the channel of, a message that links to
--   it. A file that is public in its organization, or on the web, could be read by everybody there:
--   see the last columns. Who did read it is in no table, but in nginx's log.
-- parameter file: Its path (2/ab/…/name.pdf), or its name.
SELECT DISTINCT ON (f.id, u.id) f.id AS file_id, f.file_name, f.path_id, u.id AS user_id, u.full_name,
    u.delivery_email, u.role, u.is_active, w.why, w.message_id, f.is_realm_public, f.is_web_public
FROM zerver_attachment f
CROSS JOIN LATERAL (
    SELECT f.owner_id AS user_id, 'owner' AS why, NULL::bigint AS message_id, 1 AS rank
    UNION ALL
    SELECT um.user_profile_id, 'received the message', um.message_id, 2
    FROM zerver_attachment_messages am JOIN zerver_usermessage um ON um.message_id = am.message_id
    WHERE am.attachment_id = f.id
    UNION ALL
    SELECT b.user_profile_id, 'subscribed to the channel', m.id, 3
    FROM zerver_attachment_messages am
    JOIN zerver_message m ON m.id = am.message_id
    JOIN zerver_stream s ON s.recipient_id = m.recipient_id
    JOIN zerver_subscription b ON b.recipient_id = s.recipient_id AND b.active
    WHERE am.attachment_id = f.id AND s.history_public_to_subscribers
) w
JOIN zerver_userprofile u ON u.id = w.user_id
WHERE f.path_id = :file OR f.file_name = :file
ORDER BY f.id, u.id, w.rank, w.message_id
