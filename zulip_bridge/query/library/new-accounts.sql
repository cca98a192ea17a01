-- title: Accounts created in a period, and who invited them
-- parameter realm = %: The organization's string_id; % stands for any text.
-- parameter since = -infinity: From this time on, such as 2025-01-31 or 2025-01-31 14:00+02.
-- parameter until = infinity: Before this time.
SELECT u.date_joined, r.string_id AS realm, u.id, u.full_name, u.delivery_email, u.role, u.is_bot, u.is_active,
    u.bot_owner_id, p.referred_by_id AS invited_by, i.full_name AS invited_by_name, p.multiuse_invite_id AS by_link
FROM zerver_userprofile u
JOIN zerver_realm r ON r.id = u.realm_id
LEFT JOIN LATERAL (
    SELECT x.referred_by_id, x.multiuse_invite_id FROM zerver_preregistrationuser x
    WHERE x.created_user_id = u.id ORDER BY x.id DESC LIMIT 1
) p ON true
LEFT JOIN zerver_userprofile i ON i.id = p.referred_by_id
WHERE NOT u.is_mirror_dummy AND r.string_id LIKE :realm
    AND u.date_joined >= :since::timestamptz AND u.date_joined < :until::timestamptz
ORDER BY u.date_joined, u.id
