-- title: Active people who have not been seen for a while
-- description: The newest of last sign-in, presence and sent message is older than that.
-- parameter realm = %: The organization's string_id; % stands for any text.
-- parameter days = 180: For how many days.
SELECT r.string_id AS realm, u.id, u.full_name, u.delivery_email, u.role, s.last_seen,
    floor(extract(epoch FROM now() - s.last_seen) / 86400)::int AS days_ago
FROM zerver_userprofile u
JOIN zerver_realm r ON r.id = u.realm_id
LEFT JOIN zerver_userpresence p ON p.user_profile_id = u.id
CROSS JOIN LATERAL (
    -- The sum keeps PostgreSQL from walking backwards through everybody's messages.
    SELECT greatest(u.last_login, p.last_active_time, max(m.date_sent + interval '0')) AS last_seen
    FROM zerver_message m WHERE m.realm_id = u.realm_id AND m.sender_id = u.id
) s
WHERE u.is_active AND NOT u.is_bot AND NOT u.is_mirror_dummy AND r.string_id LIKE :realm
    AND coalesce(greatest(u.last_login, p.last_active_time), u.date_joined) < now() - :days * interval '1 day'
    AND s.last_seen < now() - :days * interval '1 day'
ORDER BY s.last_seen
