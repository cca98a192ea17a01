-- title: Changes of e-mail addresses in a period
-- description: status 1 is done; the others were asked for, and not confirmed or withdrawn.
-- parameter realm = %: The organization's string_id; % stands for any text.
-- parameter since = -infinity: From this time on, such as 2025-01-31 or 2025-01-31 14:00+02.
-- parameter until = infinity: Before this time.
SELECT e.updated_at, r.string_id AS realm, e.user_profile_id AS user_id, u.full_name, e.old_email, e.new_email, e.status
FROM zerver_emailchangestatus e
JOIN zerver_realm r ON r.id = e.realm_id
JOIN zerver_userprofile u ON u.id = e.user_profile_id
WHERE r.string_id LIKE :realm AND e.updated_at >= :since::timestamptz AND e.updated_at < :until::timestamptz
ORDER BY e.updated_at, e.id
