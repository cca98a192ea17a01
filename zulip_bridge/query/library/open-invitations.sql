-- title: Invitations and invitation links that still work, by whom and for which role
-- description: invited_as: 100 owner, 200 administrator, 300 moderator, 400 member, 600 guest.
-- parameter realm = %: The organization's string_id; % stands for any text.
SELECT r.string_id AS realm, 'e-mail' AS kind, p.id, p.email AS invited, p.invited_as, p.referred_by_id AS by_id,
    u.full_name AS by_name, u.is_active AS by_active, c.date_sent AS sent, c.expiry_date AS expires
FROM zerver_preregistrationuser p
JOIN zerver_realm r ON r.id = p.realm_id
LEFT JOIN zerver_userprofile u ON u.id = p.referred_by_id
JOIN confirmation_confirmation c ON c.object_id = p.id AND c.type = 2
WHERE p.status NOT IN (1, 2) AND p.created_user_id IS NULL AND (c.expiry_date IS NULL OR c.expiry_date > now())
    AND r.string_id LIKE :realm
UNION ALL
SELECT r.string_id, 'link', i.id, NULL, i.invited_as, i.referred_by_id, u.full_name, u.is_active, c.date_sent,
    c.expiry_date
FROM zerver_multiuseinvite i
JOIN zerver_realm r ON r.id = i.realm_id
JOIN zerver_userprofile u ON u.id = i.referred_by_id
JOIN confirmation_confirmation c ON c.object_id = i.id AND c.type = 6
WHERE i.status NOT IN (1, 2) AND (c.expiry_date IS NULL OR c.expiry_date > now()) AND r.string_id LIKE :realm
ORDER BY 1, 5, 9
