-- title: Everything that the audit log has about a person, as actor or as the one acted upon
-- parameter user: The person's id.
SELECT a.event_time, a.event_type, a.acting_user_id AS by_id, w.full_name AS by_name, a.modified_user_id AS user_id,
    u.full_name, s.name AS channel, a.modified_user_group_id AS group_id, a.extra_data, a.backfilled
FROM zerver_realmauditlog a
LEFT JOIN zerver_userprofile u ON u.id = a.modified_user_id
LEFT JOIN zerver_userprofile w ON w.id = a.acting_user_id
LEFT JOIN zerver_stream s ON s.id = a.modified_stream_id
WHERE a.modified_user_id = :user OR a.acting_user_id = :user
ORDER BY a.event_time, a.id
