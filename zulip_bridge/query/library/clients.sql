-- title: With which clients a person has used Zulip, and when last
-- description: Requests to the server, by what they asked for and by program; counted, not logged one by one.
-- parameter user: The person's id.
SELECT c.name AS client, a.query, a.count, a.last_visit
FROM zerver_useractivity a
JOIN zerver_client c ON c.id = a.client_id
WHERE a.user_profile_id = :user
ORDER BY a.last_visit DESC, c.name, a.query
