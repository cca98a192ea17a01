-- title: Exports of a whole organization, and who asked for them
-- description: Those of single persons by manage.py are recorded nowhere.
-- parameter realm = %: The organization's string_id; % stands for any text.
-- requires: zerver_realmexport.date_requested
SELECT e.date_requested AS requested, r.string_id AS realm, e.acting_user_id AS by_id, u.full_name AS by_name,
    e.type, e.status, e.date_succeeded AS succeeded, e.date_deleted AS deleted, e.export_path AS path,
    e.tarball_size_bytes AS bytes
FROM zerver_realmexport e
JOIN zerver_realm r ON r.id = e.realm_id
LEFT JOIN zerver_userprofile u ON u.id = e.acting_user_id
WHERE r.string_id LIKE :realm
ORDER BY e.date_requested, e.id
-- otherwise
SELECT a.event_time AS requested, r.string_id AS realm, a.acting_user_id AS by_id, u.full_name AS by_name,
    NULL::int AS type, NULL::int AS status, NULL::timestamptz AS succeeded, NULL::timestamptz AS deleted,
    a.extra_data::jsonb ->> 'export_path' AS path, NULL::bigint AS bytes
FROM zerver_realmauditlog a
JOIN zerver_realm r ON r.id = a.realm_id
LEFT JOIN zerver_userprofile u ON u.id = a.acting_user_id
WHERE a.event_type = 206 AND r.string_id LIKE :realm
ORDER BY a.event_time, a.id
