-- title: Whose last sign-in, or last sign of life, was in a period
-- description: Zulip keeps the last time only, not each: somebody who signed in again later is not listed here.
-- parameter realm = %: The organization's string_id; % stands for any text.
-- parameter since = -infinity: From this time on, such as 2025-01-31 or 2025-01-31 14:00+02.
-- parameter until = infinity: Before this time.
SELECT u.last_login, p.last_active_time AS last_active, p.last_connected_time AS last_connected,
    r.string_id AS realm, u.id, u.full_name, u.delivery_email, u.role, u.is_active
FROM zerver_userprofile u
JOIN zerver_realm r ON r.id = u.realm_id
LEFT JOIN zerver_userpresence p ON p.user_profile_id = u.id
WHERE NOT u.is_bot AND r.string_id LIKE :realm AND (
    (u.last_login >= :since::timestamptz AND u.last_login < :until::timestamptz)
    OR (p.last_active_time >= :since::timestamptz AND p.last_active_time < :until::timestamptz)
)
ORDER BY greatest(u.last_login, p.last_active_time) DESC, u.id
