-- Of one account: items it looks for, claims it has to answer, conversations in which the other wrote since it looked, things to sign for.
SELECT (SELECT count(*) FROM lostfound_item WHERE author_id = %(account)s AND state = 'open'),
       (SELECT count(*)
        FROM lostfound_claim AS claim
            JOIN lostfound_item AS item ON item.id = claim.item_id
        WHERE claim.state = 'waiting' AND item.author_id = %(account)s AND item.keeper = 'self'),
       (SELECT count(*)
        FROM lostfound_conversation AS talk
            JOIN lostfound_item AS item ON item.id = talk.item_id
        WHERE (talk.guest_id = %(account)s OR item.author_id = %(account)s)
          AND EXISTS (SELECT FROM lostfound_message AS message
                      WHERE message.conversation_id = talk.id
                        AND message.sender_id <> %(account)s
                        AND message.at > coalesce(CASE WHEN item.author_id = %(account)s THEN talk.author_read_at ELSE talk.guest_read_at END,
                                                  '-infinity'))),
       (SELECT count(*) FROM lostfound_hand_over WHERE receiver_id = %(account)s AND signed_at IS NULL)
