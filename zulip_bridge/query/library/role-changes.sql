-- title: Changes of role in a period: whose, from what to what, by whom
-- parameter realm = %: The organization's string_id; % stands for any text.
-- parameter since = -infinity: From this time on, such as 2025-01-31 or 2025-01-31 14:00+02.
-- parameter until = infinity: Before this time.
SELECT a.event_time, r.string_id AS realm, a.modified_user_id AS user_id, u.full_name, u.delivery_email,
    a.extra_data::jsonb ->> '1' AS old_role, a.extra_data::jsonb ->> '2' AS new_role,
    a.acting_user_id AS by_id, w.full_name AS by_name
FROM zerver_realmauditlog a
JOIN zerver_realm r ON r.id = a.realm_id
LEFT JOIN zerver_userprofile u ON u.id = a.modified_user_id
LEFT JOIN zerver_userprofile w ON w.id = a.acting_user_id
WHERE a.event_type = 105 AND r.string_id LIKE :realm
    AND a.event_time >= :since::timestamptz AND a.event_time < :until::timestamptz
ORDER BY a.event_time, a.id
