-- Things keep their number and never go; states move along their ways; movements and depreciation are added and never change.

CREATE TRIGGER assets_asset_is_kept BEFORE DELETE ON assets_asset
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('things are never removed');

CREATE TRIGGER assets_asset_keeps_its_number BEFORE UPDATE ON assets_asset
    FOR EACH ROW WHEN ((OLD.public_id, OLD.number, OLD.acquired, OLD.acquired_on, OLD.put_into_use_on, OLD.receipt_line_id, OLD.is_low_value)
        IS DISTINCT FROM (NEW.public_id, NEW.number, NEW.acquired, NEW.acquired_on, NEW.put_into_use_on, NEW.receipt_line_id, NEW.is_low_value))
    EXECUTE FUNCTION assets_refuse('a thing keeps its number and where it came from');

CREATE TRIGGER assets_asset_moves_along_its_states BEFORE UPDATE ON assets_asset
    FOR EACH ROW WHEN (OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('in_stock', 'in_use'), ('in_stock', 'lent'), ('in_stock', 'in_repair'), ('in_stock', 'missing'), ('in_stock', 'to_scrap'),
        ('in_stock', 'void'), ('in_use', 'void'), ('in_use', 'in_stock'), ('in_use', 'lent'), ('in_use', 'in_repair'), ('in_use', 'missing'),
        ('in_use', 'to_scrap'), ('lent', 'in_use'), ('lent', 'in_stock'), ('lent', 'missing'), ('in_repair', 'in_use'),
        ('in_repair', 'in_stock'), ('in_repair', 'to_scrap'), ('missing', 'in_use'), ('missing', 'in_stock'), ('missing', 'lent'),
        ('missing', 'disposed'), ('to_scrap', 'in_use'), ('to_scrap', 'in_stock'), ('to_scrap', 'disposed')))
    EXECUTE FUNCTION assets_refuse('there is no such way from state to state');

CREATE TRIGGER assets_asset_rests_when_it_is_gone BEFORE UPDATE ON assets_asset
    FOR EACH ROW WHEN (OLD.state IN ('disposed', 'void') AND (OLD.value_fen, OLD.quantity, OLD.unit_id, OLD.room_id, OLD.disposed_on)
        IS DISTINCT FROM (NEW.value_fen, NEW.quantity, NEW.unit_id, NEW.room_id, NEW.disposed_on))
    EXECUTE FUNCTION assets_refuse('what is disposed of or void stays as it was');

CREATE TRIGGER assets_movement_append_only BEFORE UPDATE OR DELETE ON assets_movement
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER assets_depreciation_append_only BEFORE UPDATE OR DELETE ON assets_depreciation
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER assets_booked_month_append_only BEFORE UPDATE OR DELETE ON assets_booked_month
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER assets_depreciation_keeps_sums AFTER INSERT ON assets_depreciation
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION assets_keep_sums();

CREATE TRIGGER assets_booked_is_kept BEFORE INSERT OR UPDATE OR DELETE ON assets_booked
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION assets_refuse('sums follow what is booked');

CREATE TRIGGER assets_booked_sum_is_kept BEFORE INSERT OR UPDATE OR DELETE ON assets_booked_sum
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION assets_refuse('sums follow what is booked');

CREATE TRIGGER assets_plan_is_kept BEFORE DELETE ON assets_plan
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('plans are never removed');

CREATE TRIGGER assets_plan_ends_once BEFORE UPDATE ON assets_plan
    FOR EACH ROW WHEN (OLD.until_month IS NOT NULL OR (OLD.asset_id, OLD.from_month, OLD.base_fen, OLD.months)
        IS DISTINCT FROM (NEW.asset_id, NEW.from_month, NEW.base_fen, NEW.months))
    EXECUTE FUNCTION assets_refuse('a plan is ended once and never changed');

CREATE TRIGGER assets_receipt_is_kept BEFORE DELETE ON assets_receipt
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('receipts are never removed');

CREATE TRIGGER assets_receipt_keeps_what_was_signed BEFORE UPDATE ON assets_receipt
    FOR EACH ROW WHEN (OLD.state <> 'waiting' OR (OLD.title, OLD.unit_id, OLD.invoice, OLD.invoice_fen, OLD.acquired_on, OLD.acquired,
            OLD.supplier, OLD.contract, OLD.funds, OLD.purchase_id, OLD.argument_id, OLD.author_id)
        IS DISTINCT FROM (NEW.title, NEW.unit_id, NEW.invoice, NEW.invoice_fen, NEW.acquired_on, NEW.acquired,
            NEW.supplier, NEW.contract, NEW.funds, NEW.purchase_id, NEW.argument_id, NEW.author_id))
    EXECUTE FUNCTION assets_refuse('a receipt stays as it was signed');

CREATE TRIGGER assets_receipt_is_signed_by_whom_it_names BEFORE UPDATE ON assets_receipt
    FOR EACH ROW WHEN ((OLD.first_signed_at IS NOT NULL AND NEW.first_signed_at IS NOT NULL
            AND (OLD.first_inspector_id, OLD.first_signed_at) IS DISTINCT FROM (NEW.first_inspector_id, NEW.first_signed_at))
        OR (OLD.second_signed_at IS NOT NULL AND NEW.second_signed_at IS NOT NULL
            AND (OLD.second_inspector_id, OLD.second_signed_at) IS DISTINCT FROM (NEW.second_inspector_id, NEW.second_signed_at)))
    EXECUTE FUNCTION assets_refuse('whoever inspects in the place of another signs anew');

CREATE TRIGGER assets_receipt_line_append_only BEFORE UPDATE OR DELETE ON assets_receipt_line
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER assets_receipt_line_while_nobody_signed BEFORE INSERT ON assets_receipt_line
    FOR EACH ROW EXECUTE FUNCTION assets_receipt_is_open();

CREATE TRIGGER assets_disposal_is_kept BEFORE DELETE ON assets_disposal
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('disposals are never removed');

CREATE TRIGGER assets_disposal_keeps_what_was_decided BEFORE UPDATE ON assets_disposal
    FOR EACH ROW WHEN (OLD.state <> 'asked' AND (OLD.remitted_on IS NOT NULL OR NEW.remitted_on IS NULL
            OR (OLD.state, OLD.number, OLD.approver_id, OLD.disposed_on) IS DISTINCT FROM (NEW.state, NEW.number, NEW.approver_id, NEW.disposed_on))
        OR (OLD.title, OLD.kind, OLD.level, OLD.value_fen, OLD.author_id,
            OLD.appraisal, OLD.wiping, OLD.approval, OLD.income_fen, OLD.reason, OLD.unit_id)
        IS DISTINCT FROM (NEW.title, NEW.kind, NEW.level, NEW.value_fen, NEW.author_id,
            NEW.appraisal, NEW.wiping, NEW.approval, NEW.income_fen, NEW.reason, NEW.unit_id))
    EXECUTE FUNCTION assets_refuse('a disposal stays as it was asked and decided');

CREATE TRIGGER assets_loss_is_kept BEFORE DELETE ON assets_loss
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('losses are never removed');

CREATE TRIGGER assets_loss_keeps_what_was_decided BEFORE UPDATE ON assets_loss
    FOR EACH ROW WHEN (OLD.state <> 'asked' OR (OLD.asset_id, OLD.fault, OLD.findings, OLD.value_fen, OLD.accumulated_fen, OLD.owed_fen,
            OLD.level, OLD.approval, OLD.author_id)
        IS DISTINCT FROM (NEW.asset_id, NEW.fault, NEW.findings, NEW.value_fen, NEW.accumulated_fen, NEW.owed_fen,
            NEW.level, NEW.approval, NEW.author_id) OR OLD.statement NOT IN ('', NEW.statement))
    EXECUTE FUNCTION assets_refuse('a loss stays as it was ruled, answered and decided');

CREATE TRIGGER assets_letting_is_kept BEFORE DELETE ON assets_letting
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('lettings are never removed');

CREATE TRIGGER assets_letting_keeps_what_was_decided BEFORE UPDATE ON assets_letting
    FOR EACH ROW WHEN (OLD.state <> 'asked' OR (OLD.asset_id, OLD.extends_id, OLD.taker, OLD.due_on, OLD.rent_fen, OLD.rent_months, OLD.contract,
            OLD.level, OLD.approval, OLD.reason, OLD.author_id)
        IS DISTINCT FROM (NEW.asset_id, NEW.extends_id, NEW.taker, NEW.due_on, NEW.rent_fen, NEW.rent_months, NEW.contract,
            NEW.level, NEW.approval, NEW.reason, NEW.author_id))
    EXECUTE FUNCTION assets_refuse('a letting stays as it was asked and decided');

CREATE TRIGGER assets_argument_is_kept BEFORE DELETE ON assets_argument
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('arguments are never removed');

CREATE TRIGGER assets_argument_keeps_what_was_decided BEFORE UPDATE ON assets_argument
    FOR EACH ROW WHEN (OLD.state <> 'asked'
        OR (OLD.title, OLD.unit_id, OLD.quantity, OLD.price_fen, OLD.reason, OLD.sharing, OLD.author_id)
        IS DISTINCT FROM (NEW.title, NEW.unit_id, NEW.quantity, NEW.price_fen, NEW.reason, NEW.sharing, NEW.author_id))
    EXECUTE FUNCTION assets_refuse('an argument stays as it was asked and decided');

CREATE TRIGGER assets_disposal_line_keeps_what_it_names BEFORE UPDATE OR DELETE ON assets_disposal_line
    FOR EACH ROW EXECUTE FUNCTION assets_disposal_line_is_kept();

CREATE TRIGGER assets_transfer_is_kept BEFORE DELETE ON assets_transfer
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('transfers are never removed');

CREATE TRIGGER assets_transfer_keeps_what_was_decided BEFORE UPDATE ON assets_transfer
    FOR EACH ROW WHEN (OLD.state <> 'asked' OR (OLD.asset_id, OLD.from_unit_id, OLD.to_unit_id, OLD.to_room_id, OLD.reason, OLD.author_id)
        IS DISTINCT FROM (NEW.asset_id, NEW.from_unit_id, NEW.to_unit_id, NEW.to_room_id, NEW.reason, NEW.author_id)
        OR OLD.accepted_at IS NOT NULL AND (OLD.accepted_at, OLD.accepted_by_id) IS DISTINCT FROM (NEW.accepted_at, NEW.accepted_by_id))
    EXECUTE FUNCTION assets_refuse('a transfer stays as it was asked and decided');

CREATE TRIGGER assets_improvement_is_kept BEFORE DELETE ON assets_improvement
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('improvements are never removed');

CREATE TRIGGER assets_improvement_keeps_what_was_decided BEFORE UPDATE ON assets_improvement
    FOR EACH ROW WHEN (OLD.state <> 'asked' OR (OLD.asset_id, OLD.value_fen, OLD.added_fen, OLD.months, OLD.reason, OLD.author_id)
        IS DISTINCT FROM (NEW.asset_id, NEW.value_fen, NEW.added_fen, NEW.months, NEW.reason, NEW.author_id))
    EXECUTE FUNCTION assets_refuse('an improvement stays as it was asked and decided');

CREATE TRIGGER assets_card_import_is_undone_by_a_third BEFORE UPDATE ON assets_card_import
    FOR EACH ROW WHEN (NEW.state = 'undone' AND OLD.state <> 'undone') EXECUTE FUNCTION kernel_undone_by_a_third('assets_rollback');

CREATE TRIGGER assets_rollback_is_kept BEFORE DELETE ON assets_rollback
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('roll-backs are never removed');

CREATE TRIGGER assets_rollback_keeps_what_was_decided BEFORE UPDATE ON assets_rollback
    FOR EACH ROW WHEN (OLD.state <> 'asked' OR (OLD.batch_id, OLD.reason, OLD.author_id) IS DISTINCT FROM (NEW.batch_id, NEW.reason, NEW.author_id))
    EXECUTE FUNCTION assets_refuse('a roll-back stays as it was asked and decided');

CREATE TRIGGER assets_receipt_photo_append_only BEFORE UPDATE OR DELETE ON assets_receipt_photo
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER assets_payment_is_kept BEFORE DELETE ON assets_payment
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('payments are never removed');

CREATE TRIGGER assets_payment_is_reversed_once BEFORE UPDATE ON assets_payment
    FOR EACH ROW WHEN (OLD.reversed_at IS NOT NULL OR NEW.reversed_at IS NULL
        OR (OLD.token, OLD.purchase_id, OLD.amount_fen, OLD.voucher, OLD.paid_on, OLD.author_id, OLD.created_at)
        IS DISTINCT FROM (NEW.token, NEW.purchase_id, NEW.amount_fen, NEW.voucher, NEW.paid_on, NEW.author_id, NEW.created_at))
    EXECUTE FUNCTION assets_refuse('a payment is taken back once and never changed');

CREATE TRIGGER assets_reversal_is_kept BEFORE DELETE ON assets_reversal
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('reversals are never removed');

CREATE TRIGGER assets_reversal_keeps_what_was_decided BEFORE UPDATE ON assets_reversal
    FOR EACH ROW WHEN (OLD.state <> 'asked' OR (OLD.payment_id, OLD.reason, OLD.author_id) IS DISTINCT FROM (NEW.payment_id, NEW.reason, NEW.author_id))
    EXECUTE FUNCTION assets_refuse('a reversal stays as it was asked and decided');

CREATE TRIGGER assets_month_close_is_kept BEFORE DELETE ON assets_month_close
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('closes are never removed');

CREATE TRIGGER assets_month_close_keeps_what_was_compared BEFORE UPDATE ON assets_month_close
    FOR EACH ROW WHEN ((OLD.state IN ('posted', 'refused', 'discarded') AND (OLD.state, OLD.approver_id) IS DISTINCT FROM (NEW.state, NEW.approver_id))
        OR (OLD.month, OLD.card_count, OLD.value_fen, OLD.accumulated_fen, OLD.difference_count, OLD.ours_value_fen, OLD.ours_accumulated_fen,
            OLD.author_id)
        IS DISTINCT FROM (NEW.month, NEW.card_count, NEW.value_fen, NEW.accumulated_fen, NEW.difference_count, NEW.ours_value_fen,
            NEW.ours_accumulated_fen, NEW.author_id))
    EXECUTE FUNCTION assets_refuse('a close stays as it was compared and decided');

CREATE TRIGGER assets_closed_line_append_only BEFORE UPDATE OR DELETE ON assets_closed_line
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER assets_hand_over_is_taken_once BEFORE UPDATE ON assets_hand_over
    FOR EACH ROW WHEN (OLD.taken_at IS NOT NULL OR (OLD.code, OLD.giver_id) IS DISTINCT FROM (NEW.code, NEW.giver_id))
    EXECUTE FUNCTION assets_refuse('a hand-over is taken once');

CREATE TRIGGER assets_loan_is_kept BEFORE DELETE ON assets_loan
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('loans are never removed');

-- rents that were refused as it came back are billed later, and the loan no longer says so
CREATE TRIGGER assets_loan_is_returned_once BEFORE UPDATE ON assets_loan
    FOR EACH ROW WHEN (OLD.returned_at IS NOT NULL AND (OLD.rent_refused = '' OR to_jsonb(OLD) - 'rent_refused' <> to_jsonb(NEW) - 'rent_refused')
        OR (OLD.asset_id, OLD.lent_on, OLD.letting_id) IS DISTINCT FROM (NEW.asset_id, NEW.lent_on, NEW.letting_id)
        OR NEW.due_on <> OLD.due_on AND (OLD.letting_id IS NULL OR NEW.due_on < OLD.due_on))
    EXECUTE FUNCTION assets_refuse('a loan is returned once');

CREATE TRIGGER assets_rent_append_only BEFORE UPDATE OR DELETE ON assets_rent
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE CONSTRAINT TRIGGER assets_asset_value_has_a_movement AFTER UPDATE ON assets_asset DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN ((OLD.value_fen, OLD.carried_fen) IS DISTINCT FROM (NEW.value_fen, NEW.carried_fen))
    EXECUTE FUNCTION assets_value_has_a_movement();

CREATE TRIGGER assets_stock_move_append_only BEFORE UPDATE OR DELETE ON assets_stock_move
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER assets_stock_item_is_kept BEFORE DELETE ON assets_stock_item
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('stock cards are never removed');

CREATE TRIGGER assets_stock_item_keeps_what_it_is BEFORE UPDATE ON assets_stock_item
    FOR EACH ROW WHEN ((OLD.unit_id, OLD.kind, OLD.name, OLD.measure) IS DISTINCT FROM (NEW.unit_id, NEW.kind, NEW.name, NEW.measure))
    EXECUTE FUNCTION assets_refuse('a stock card stays of what it is');

CREATE TRIGGER assets_inspection_is_kept BEFORE DELETE ON assets_inspection
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('inspections are never removed');

CREATE TRIGGER assets_inspection_ends_once BEFORE UPDATE ON assets_inspection
    FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL OR (OLD.asset_id, OLD.kind, OLD.every_months) IS DISTINCT FROM (NEW.asset_id, NEW.kind, NEW.every_months))
    EXECUTE FUNCTION assets_refuse('an inspection is ended once and stays of its kind');

CREATE TRIGGER assets_inspection_record_append_only BEFORE UPDATE OR DELETE ON assets_inspection_record
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER assets_invoice_file_is_kept BEFORE UPDATE OR DELETE ON assets_invoice_file
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER assets_invoice_is_kept BEFORE DELETE ON assets_invoice
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('invoices are never removed');

CREATE TRIGGER assets_invoice_says_what_it_said BEFORE UPDATE ON assets_invoice
    FOR EACH ROW WHEN (OLD.state = 'void' OR NEW.state = 'claimed' OR (OLD.number, OLD.issued_on, OLD.seller, OLD.total_fen, OLD.lines)
        IS DISTINCT FROM (NEW.number, NEW.issued_on, NEW.seller, NEW.total_fen, NEW.lines))
    EXECUTE FUNCTION assets_refuse('an invoice stays as it was read');

CREATE TRIGGER assets_invoice_is_voided_by_a_third BEFORE UPDATE ON assets_invoice
    FOR EACH ROW WHEN (OLD.state <> NEW.state AND 'standing' IN (OLD.state, NEW.state)) EXECUTE FUNCTION assets_invoice_is_voided_by_a_third();

CREATE TRIGGER assets_contest_is_kept BEFORE DELETE ON assets_contest
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('contests are never removed');

CREATE TRIGGER assets_contest_keeps_what_was_decided BEFORE UPDATE ON assets_contest
    FOR EACH ROW WHEN (OLD.state <> 'asked' OR (OLD.number, OLD.claimed_id, OLD.reason, OLD.author_id)
        IS DISTINCT FROM (NEW.number, NEW.claimed_id, NEW.reason, NEW.author_id))
    EXECUTE FUNCTION assets_refuse('a contest stays as it was asked and decided');

CREATE TRIGGER assets_contest_is_judged_by_a_third BEFORE UPDATE ON assets_contest
    FOR EACH ROW WHEN (NEW.approver_id IS NOT NULL) EXECUTE FUNCTION assets_contest_is_judged_by_a_third();

CREATE TRIGGER assets_receipt_flag_is_kept BEFORE DELETE ON assets_receipt_flag
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('flags are never removed');

CREATE TRIGGER assets_receipt_flag_is_set_right_once BEFORE UPDATE ON assets_receipt_flag
    FOR EACH ROW WHEN (OLD.result <> 'open' OR (OLD.receipt_id, OLD.contest_id) IS DISTINCT FROM (NEW.receipt_id, NEW.contest_id))
    EXECUTE FUNCTION assets_refuse('a flag is set right once');

CREATE TRIGGER assets_receipt_flag_is_set_right_by_another BEFORE INSERT OR UPDATE ON assets_receipt_flag
    FOR EACH ROW WHEN (NEW.corrected_by_id IS NOT NULL) EXECUTE FUNCTION assets_receipt_flag_is_set_right_by_another();

CREATE TRIGGER assets_class_import_is_undone_by_a_third BEFORE UPDATE ON assets_class_import
    FOR EACH ROW WHEN (NEW.state = 'undone' AND OLD.state <> 'undone') EXECUTE FUNCTION kernel_undone_by_a_third('assets_class_rollback');

CREATE TRIGGER assets_class_rollback_is_kept BEFORE DELETE ON assets_class_rollback FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER assets_class_rollback_keeps_what_was_decided BEFORE UPDATE ON assets_class_rollback
    FOR EACH ROW WHEN (OLD.state <> 'asked' OR (OLD.batch_id, OLD.reason, OLD.author_id) IS DISTINCT FROM (NEW.batch_id, NEW.reason, NEW.author_id))
    EXECUTE FUNCTION kernel_refuse_change();
