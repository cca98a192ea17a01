-- title: How much people have uploaded
-- parameter realm = %: The organization's string_id; % stands for any text.
SELECT r.string_id AS realm, u.id, u.full_name, u.delivery_email, u.is_active, count(*) AS files,
    sum(f.size)::bigint AS bytes, max(f.size) AS largest, min(f.create_time) AS first, max(f.create_time) AS last
FROM zerver_attachment f
JOIN zerver_realm r ON r.id = f.realm_id
JOIN zerver_userprofile u ON u.id = f.owner_id
WHERE r.string_id LIKE :realm
GROUP BY r.string_id, u.id
ORDER BY bytes DESC, u.id
