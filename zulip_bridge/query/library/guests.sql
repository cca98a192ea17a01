-- title: Guests, and in how many channels they are
-- parameter realm = %: The organization's string_id; % stands for any text.
-- parameter channels = 1: Only those in so many channels, or more.
SELECT r.string_id AS realm, u.id, u.full_name, u.delivery_email, u.date_joined, u.last_login, c.channels, c.private,
    c.names
FROM zerver_userprofile u
JOIN zerver_realm r ON r.id = u.realm_id
CROSS JOIN LATERAL (
    SELECT count(*) AS channels, count(*) FILTER (WHERE s.invite_only) AS private,
        string_agg(s.name, ', ' ORDER BY s.name) AS names
    FROM zerver_subscription b JOIN zerver_stream s ON s.recipient_id = b.recipient_id
    WHERE b.user_profile_id = u.id AND b.active AND NOT s.deactivated
) c
WHERE u.role = 600 AND u.is_active AND r.string_id LIKE :realm AND c.channels >= :channels
ORDER BY c.channels DESC, u.full_name
