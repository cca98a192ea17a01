-- title: Members of a user group
-- description: Direct members; groups within it are in zerver_groupgroupmembership. Groups of roles are called
--   role:owners, role:members and so on.
-- parameter group: The group's name.
-- parameter realm = %: The organization's string_id; % stands for any text.
-- requires: zerver_namedusergroup.name
SELECT r.string_id AS realm, g.name AS group, u.id, u.full_name, u.delivery_email, u.role, u.is_active
FROM zerver_namedusergroup g
JOIN zerver_realm r ON r.id = g.realm_id
JOIN zerver_usergroupmembership m ON m.user_group_id = g.usergroup_ptr_id
JOIN zerver_userprofile u ON u.id = m.user_profile_id
WHERE lower(g.name) = lower(:group) AND r.string_id LIKE :realm
ORDER BY r.string_id, u.full_name, u.id
-- otherwise
SELECT r.string_id AS realm, g.name AS group, u.id, u.full_name, u.delivery_email, u.role, u.is_active
FROM zerver_usergroup g
JOIN zerver_realm r ON r.id = g.realm_id
JOIN zerver_usergroupmembership m ON m.user_group_id = g.id
JOIN zerver_userprofile u ON u.id = m.user_profile_id
WHERE lower(g.name) = lower(:group) AND r.string_id LIKE :realm
ORDER BY r.string_id, u.full_name, u.id
