-- title: Who is or was subscribed to a channel
-- description: ``active`` is false for those who have left. When somebody was subscribed or removed is in the
--   audit log.
-- parameter channel: The channel's name.
-- parameter realm = %: The organization's string_id; % stands for any text.
SELECT r.string_id AS realm, s.name AS channel, s.invite_only AS private, b.active, u.id, u.full_name,
    u.delivery_email, u.role, u.is_active AS account_active, u.is_bot, a.event_time AS last_change,
    CASE a.event_type WHEN 301 THEN 'subscribed' WHEN 302 THEN 'subscribed again' WHEN 303 THEN 'removed' END AS change,
    a.acting_user_id AS changed_by
FROM zerver_stream s
JOIN zerver_realm r ON r.id = s.realm_id
JOIN zerver_subscription b ON b.recipient_id = s.recipient_id
JOIN zerver_userprofile u ON u.id = b.user_profile_id
LEFT JOIN LATERAL (
    SELECT l.event_time, l.event_type, l.acting_user_id FROM zerver_realmauditlog l
    WHERE l.modified_user_id = u.id AND l.modified_stream_id = s.id AND l.event_type IN (301, 302, 303)
    ORDER BY l.event_time DESC, l.id DESC LIMIT 1
) a ON true
WHERE lower(s.name) = lower(:channel) AND r.string_id LIKE :realm
ORDER BY r.string_id, b.active DESC, u.full_name
