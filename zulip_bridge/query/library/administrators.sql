-- title: Who owns or administers an organization, and since when
-- description: Owners, administrators and moderators. Since the last change of role in the audit log; without
--   one, since the account exists.
-- parameter realm = %: The organization's string_id; % stands for any text.
SELECT r.string_id AS realm, u.id, u.full_name, u.delivery_email,
    CASE u.role WHEN 100 THEN 'owner' WHEN 200 THEN 'administrator' ELSE 'moderator' END AS role,
    u.is_active, u.is_bot, coalesce(a.event_time, u.date_joined) AS since,
    CASE WHEN a.event_time IS NULL THEN 'account created' ELSE 'role changed' END AS by_event,
    a.acting_user_id AS given_by, u.last_login
FROM zerver_userprofile u
JOIN zerver_realm r ON r.id = u.realm_id
LEFT JOIN LATERAL (
    SELECT l.event_time, l.acting_user_id FROM zerver_realmauditlog l
    WHERE l.modified_user_id = u.id AND l.event_type = 105 ORDER BY l.event_time DESC, l.id DESC LIMIT 1
) a ON true
WHERE u.role IN (100, 200, 300) AND r.string_id LIKE :realm
ORDER BY r.string_id, u.role, u.full_name
