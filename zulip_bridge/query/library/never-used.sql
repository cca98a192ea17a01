-- title: Active accounts that were never used
-- description: No sign-in, no presence and no message. Bots and mirror dummies are not listed.
-- parameter realm = %: The organization's string_id; % stands for any text.
SELECT r.string_id AS realm, u.id, u.full_name, u.delivery_email, u.role, u.date_joined, u.tos_version
FROM zerver_userprofile u
JOIN zerver_realm r ON r.id = u.realm_id
WHERE u.is_active AND NOT u.is_bot AND NOT u.is_mirror_dummy AND r.string_id LIKE :realm AND u.last_login IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM zerver_userpresence p WHERE p.user_profile_id = u.id AND p.last_active_time IS NOT NULL
    )
    AND NOT EXISTS (SELECT 1 FROM zerver_message m WHERE m.sender_id = u.id)
ORDER BY r.string_id, u.date_joined
