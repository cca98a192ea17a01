-- title: Private channels: how many are in them, and when they were last used
-- parameter realm = %: The organization's string_id; % stands for any text.
SELECT r.string_id AS realm, s.id, s.name, s.history_public_to_subscribers AS history_shared, s.deactivated,
    s.date_created, (
        SELECT count(*) FROM zerver_subscription b JOIN zerver_userprofile u ON u.id = b.user_profile_id
        WHERE b.recipient_id = s.recipient_id AND b.active AND u.is_active
    ) AS subscribers, (
        SELECT count(*) FROM zerver_subscription b JOIN zerver_userprofile u ON u.id = b.user_profile_id
        WHERE b.recipient_id = s.recipient_id AND b.active AND u.is_active AND u.role = 600
    ) AS guests, (
        SELECT m.date_sent FROM zerver_message m WHERE m.realm_id = s.realm_id AND m.recipient_id = s.recipient_id
        ORDER BY m.id DESC LIMIT 1
    ) AS last_message
FROM zerver_stream s
JOIN zerver_realm r ON r.id = s.realm_id
WHERE s.invite_only AND r.string_id LIKE :realm
ORDER BY r.string_id, s.name
