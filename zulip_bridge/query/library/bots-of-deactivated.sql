-- title: Bots that are active although their owner is not, or that have none
-- description: Their API keys still work. What they do outside is in the service columns; 1 is a generic
--   outgoing webhook, 2 one in Slack's format.
-- parameter realm = %: The organization's string_id; % stands for any text.
SELECT r.string_id AS realm, b.id, b.full_name, b.delivery_email, b.bot_type, b.role, b.bot_owner_id,
    o.full_name AS owner, o.is_active AS owner_active, (b.api_key <> '') AS has_key, v.base_url, v.interface,
    -- The sum keeps PostgreSQL from walking backwards through everybody's messages.
    (SELECT max(m.date_sent + interval '0') FROM zerver_message m
        WHERE m.realm_id = b.realm_id AND m.sender_id = b.id) AS last_message
FROM zerver_userprofile b
JOIN zerver_realm r ON r.id = b.realm_id
LEFT JOIN zerver_userprofile o ON o.id = b.bot_owner_id
LEFT JOIN zerver_service v ON v.user_profile_id = b.id
WHERE b.is_bot AND b.is_active AND r.string_id <> 'zulipinternal' AND r.string_id LIKE :realm
    AND (o.id IS NULL OR NOT o.is_active)
ORDER BY r.string_id, o.full_name, b.full_name
