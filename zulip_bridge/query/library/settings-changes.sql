-- title: Changes of an organization's settings in a period, and by whom
-- parameter realm = %: The organization's string_id; % stands for any text.
-- parameter since = -infinity: From this time on, such as 2025-01-31 or 2025-01-31 14:00+02.
-- parameter until = infinity: Before this time.
SELECT a.event_time, r.string_id AS realm, a.event_type, a.extra_data::jsonb ->> 'property' AS setting,
    a.extra_data::jsonb ->> '1' AS old_value, a.extra_data::jsonb ->> '2' AS new_value, a.acting_user_id AS by_id,
    u.full_name AS by_name
FROM zerver_realmauditlog a
JOIN zerver_realm r ON r.id = a.realm_id
LEFT JOIN zerver_userprofile u ON u.id = a.acting_user_id
WHERE a.event_type BETWEEN 201 AND 230 AND r.string_id LIKE :realm
    AND a.event_time >= :since::timestamptz AND a.event_time < :until::timestamptz
ORDER BY a.event_time, a.id
