-- title: Phones and tablets that get notifications
-- description: Registered by the mobile apps; kind 1 is Apple's, 2 is Google's service. Those of deactivated
--   accounts are listed as well.
-- parameter realm = %: The organization's string_id; % stands for any text.
SELECT r.string_id AS realm, u.id, u.full_name, u.delivery_email, u.is_active, d.kind, d.ios_app_id,
    d.last_updated
FROM zerver_pushdevicetoken d
JOIN zerver_userprofile u ON u.id = d.user_id
JOIN zerver_realm r ON r.id = u.realm_id
WHERE r.string_id LIKE :realm
ORDER BY d.last_updated DESC, d.id
