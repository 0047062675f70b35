-- Pre-holds (预扣) of showers, water, laundry: the most it may cost leaves the wallet for card.held at the start (card_pay with "h");
-- when the water is off, all of it comes back (release) and the true price is paid (payment), in one transaction, once.

INSERT INTO ledger_account (code, name, kind, floor_fen, created_at)
    VALUES ('card.held', '校园卡预扣', 'liability', NULL, now()) ON CONFLICT (code) DO NOTHING;
