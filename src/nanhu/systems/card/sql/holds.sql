-- Pre-holds (预扣) of showers, water, laundry: the most it may cost leaves the wallet for card.held at the start (card_pay with "h");
-- when the water is off, all of it comes back (release) and the true price is paid (payment), in one transaction, once.

INSERT INTO ledger_account (code, name, kind, floor_fen, created_at)
    VALUES ('card.held', '校园卡预扣', 'liability', NULL, now()) ON CONFLICT (code) DO NOTHING;

CREATE TRIGGER card_hold_is_kept BEFORE DELETE ON card_hold
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('holds are settled, not removed');
CREATE TRIGGER card_hold_keeps_what_was_held BEFORE UPDATE ON card_hold
    FOR EACH ROW WHEN ((OLD.receipt_id, OLD.wallet_id, OLD.terminal_id, OLD.merchant_id, OLD.amount_fen)
                       IS DISTINCT FROM (NEW.receipt_id, NEW.wallet_id, NEW.terminal_id, NEW.merchant_id, NEW.amount_fen)
                       OR OLD.settled_at IS NOT NULL)
    EXECUTE FUNCTION ledger_refuse('a hold is settled once');

CREATE FUNCTION card_price_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('card_terminal', NEW.terminal_id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER card_price_tells_gateway AFTER INSERT OR UPDATE ON card_price FOR EACH ROW EXECUTE FUNCTION card_price_changed();

-- What a sequence was told, with what a hold and a release have beside.
CREATE FUNCTION card_told(terminal bigint, asked bigint)
RETURNS TABLE (outcome text, receipt_id bigint, amount_fen bigint, balance_fen bigint, posted double precision, detail text,
               released_fen bigint, hold_until double precision) LANGUAGE sql STABLE AS $$
    SELECT r.outcome, r.id, CASE WHEN r.kind = 'release' AND r.outcome = 'posted' THEN done.price_fen ELSE r.amount_fen END,
           CASE WHEN r.kind = 'release' AND r.outcome = 'posted' THEN r.balance_fen - done.price_fen ELSE r.balance_fen END,
           extract(epoch FROM r.posted_at)::double precision, r.detail,
           CASE WHEN r.kind = 'release' AND r.outcome = 'posted' THEN done.amount_fen - done.price_fen END,
           extract(epoch FROM open.ends_at)::double precision
    FROM card_receipt r
    LEFT JOIN card_hold open ON open.receipt_id = r.id
    LEFT JOIN card_hold done ON r.kind = 'release' AND done.release_receipt_id = r.id
    WHERE r.terminal_id = terminal AND r.sequence = asked
$$;

-- Settles an open hold at this price. The caller holds the wallet's balance row. The two receipts are the holder's lines.
CREATE FUNCTION card_settle_hold(hold bigint, price bigint, own_sequence bigint, own_fingerprint bytea, why text)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    h card_hold;
    sale card_receipt;
    before_fen bigint;
    release_receipt bigint := nextval('card_receipt_id_seq');
    release_entry bigint := nextval('ledger_transfer_id_seq');
    payment_receipt bigint;
    payment_entry bigint;
BEGIN
    SELECT * INTO h FROM card_hold o WHERE o.receipt_id = hold FOR UPDATE;
    SELECT * INTO sale FROM card_receipt r WHERE r.id = hold;
    SELECT b.balance_fen INTO before_fen FROM ledger_balance b WHERE b.account_id = h.wallet_id;
    INSERT INTO ledger_transfer (id, entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen)
        SELECT release_entry, release_entry, now(), 'card.release', a.id, h.wallet_id, h.amount_fen
        FROM ledger_account a WHERE a.code = 'card.held';
    INSERT INTO card_receipt (id, kind, outcome, terminal_id, sequence, fingerprint, wallet_id, card_id, merchant_id, amount_fen,
                              balance_fen, detail, occurred_at, entry_id, meal)
        VALUES (release_receipt, 'release', 'posted', h.terminal_id, own_sequence, own_fingerprint, h.wallet_id, sale.card_id,
                h.merchant_id, h.amount_fen, before_fen + h.amount_fen, why, now(), release_entry, h.meal);
    IF price > 0 THEN
        payment_receipt := nextval('card_receipt_id_seq');
        payment_entry := nextval('ledger_transfer_id_seq');
        INSERT INTO ledger_transfer (id, entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen)
            SELECT payment_entry, payment_entry, now(), 'card.payment', h.wallet_id, m.account_id, price
            FROM card_merchant m WHERE m.id = h.merchant_id;
        INSERT INTO card_receipt (id, kind, outcome, terminal_id, wallet_id, card_id, merchant_id, amount_fen, balance_fen, detail,
                                  occurred_at, entry_id, meal)
            VALUES (payment_receipt, 'payment', 'posted', h.terminal_id, h.wallet_id, sale.card_id, h.merchant_id, price,
                    before_fen + h.amount_fen - price, why, now(), payment_entry, h.meal);
    END IF;
    PERFORM card_unspend(h.wallet_id, h.begun_at, h.meal, h.amount_fen - price);
    UPDATE card_hold SET settled_at = now(), price_fen = price, release_receipt_id = release_receipt, payment_receipt_id = payment_receipt
        WHERE card_hold.receipt_id = hold;
    RETURN release_receipt;
END $$;

-- Holds whose terminal fell silent end by themselves: at what was last metered or in full, by the price rule of the terminal.
CREATE FUNCTION card_end_holds(at_most integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    late record;
    ended integer := 0;
BEGIN
    FOR late IN SELECT h.receipt_id, h.wallet_id FROM card_hold h WHERE h.settled_at IS NULL AND h.ends_at <= now()
                ORDER BY h.wallet_id LIMIT at_most
    LOOP
        PERFORM FROM ledger_balance b WHERE b.account_id = late.wallet_id FOR UPDATE;
        IF EXISTS (SELECT FROM card_hold h WHERE h.receipt_id = late.receipt_id AND h.settled_at IS NULL) THEN
            PERFORM card_settle_hold(h.receipt_id, CASE WHEN rule.when_silent = 'metered' THEN h.metered_fen ELSE h.amount_fen END,
                                     NULL, NULL, '超时自动结算')
                FROM card_hold h
                LEFT JOIN LATERAL (SELECT p.when_silent FROM card_price p WHERE p.terminal_id = h.terminal_id AND p.since <= card_day(h.begun_at)
                                   ORDER BY p.since DESC LIMIT 1) AS rule ON true
                WHERE h.receipt_id = late.receipt_id;
            ended := ended + 1;
        END IF;
    END LOOP;
    RETURN ended;
END $$;
