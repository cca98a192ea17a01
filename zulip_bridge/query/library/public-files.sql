-- title: Files that can be had without being the owner's reader: public in the organization, or on the web
-- parameter realm = %: The organization's string_id; % stands for any text.
SELECT r.string_id AS realm, f.id, f.file_name, f.path_id, f.size, f.create_time, f.owner_id, u.full_name AS owner,
    f.is_web_public, f.is_realm_public
FROM zerver_attachment f
JOIN zerver_realm r ON r.id = f.realm_id
JOIN zerver_userprofile u ON u.id = f.owner_id
WHERE (f.is_web_public OR f.is_realm_public) AND r.string_id LIKE :realm
ORDER BY f.is_web_public DESC, f.create_time DESC
