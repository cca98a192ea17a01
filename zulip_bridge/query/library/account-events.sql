-- title: What happened to accounts in a period: created, deactivated, keys, passwords, names, addresses
-- description: From the audit log, without subscriptions and settings. 101 to 106: the account itself; 122 to
--   128: password, avatar, name, address, terms, API key, owner of a bot.
-- parameter realm = %: The organization's string_id; % stands for any text.
-- parameter since = -infinity: From this time on, such as 2025-01-31 or 2025-01-31 14:00+02.
-- parameter until = infinity: Before this time.
SELECT a.event_time, r.string_id AS realm, a.event_type,
    CASE a.event_type
        WHEN 101 THEN 'created' WHEN 102 THEN 'activated' WHEN 103 THEN 'deactivated' WHEN 104 THEN 'reactivated'
        WHEN 105 THEN 'role changed' WHEN 106 THEN 'deleted' WHEN 107 THEN 'deleted, messages kept'
        WHEN 108 THEN 'special permission changed' WHEN 122 THEN 'password changed' WHEN 123 THEN 'avatar changed'
        WHEN 124 THEN 'name changed' WHEN 125 THEN 'address changed' WHEN 126 THEN 'terms accepted'
        WHEN 127 THEN 'API key changed' WHEN 128 THEN 'owner of the bot changed'
    END AS event,
    a.modified_user_id AS user_id, u.full_name, u.delivery_email, a.acting_user_id AS by_id, w.full_name AS by_name
FROM zerver_realmauditlog a
JOIN zerver_realm r ON r.id = a.realm_id
LEFT JOIN zerver_userprofile u ON u.id = a.modified_user_id
LEFT JOIN zerver_userprofile w ON w.id = a.acting_user_id
WHERE (a.event_type BETWEEN 101 AND 108 OR a.event_type BETWEEN 122 AND 128) AND r.string_id LIKE :realm
    AND a.event_time >= :since::timestamptz AND a.event_time < :until::timestamptz
ORDER BY a.event_time, a.id
