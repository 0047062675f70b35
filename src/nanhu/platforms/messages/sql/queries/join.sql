-- What the kept record was told as well stays once.
UPDATE messages_entry e SET person_id = %(kept)s
 WHERE e.person_id = %(gone)s
   AND NOT EXISTS (SELECT FROM messages_entry k WHERE k.person_id = %(kept)s
                    AND (k.message_id = e.message_id OR k.once = e.once))
