-- title: Who has received a message, and who has read it
-- description: When it was read is not stored. The database knows it of those, too, who do not send read
--   receipts.
-- parameter message: The message's id.
SELECT u.id, u.full_name, u.delivery_email, u.role, u.is_active, (um.flags & 1) <> 0 AS read,
    (um.flags & 2) <> 0 AS starred, (um.flags & 8) <> 0 AS mentioned, m.sender_id = u.id AS sender
FROM zerver_usermessage um
JOIN zerver_message m ON m.id = um.message_id
JOIN zerver_userprofile u ON u.id = um.user_profile_id
WHERE um.message_id = :message
ORDER BY read DESC, u.full_name, u.id
