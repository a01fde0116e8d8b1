-- What the first guards let through.

-- Usage begins live: what is not live may overlap what is.
CREATE TRIGGER usage_begins_live BEFORE INSERT ON usage
WHEN NEW.live <> 1
BEGIN
    SELECT RAISE(ABORT, 'usage_begins_live: usage is live until its statement is void');
END;

-- A receipt comes with the commit, whole.
CREATE TRIGGER statement_receipt BEFORE UPDATE ON statement
WHEN (NEW.receipt IS NULL) <> (NEW.receipt_details IS NULL)
  OR (NEW.receipt IS NOT NULL AND NEW.state NOT IN ('committed', 'voiding', 'void'))
  OR (NEW.receipt_details IS NOT NULL AND NOT json_valid(NEW.receipt_details))
BEGIN
    SELECT RAISE(ABORT, 'statement_receipt: a receipt comes with the commit, whole, and its details are JSON');
END;

-- What was tried once has perhaps been sent, for ever.
CREATE TRIGGER statement_tries_grow BEFORE UPDATE ON statement
WHEN NEW.tries < OLD.tries
BEGIN
    SELECT RAISE(ABORT, 'statement_tries_grow: a statement that was tried stays tried');
END;

CREATE TRIGGER statement_begins_untried BEFORE INSERT ON statement
WHEN NEW.tries <> 0 OR NEW.receipt_details IS NOT NULL OR NEW.currency NOT GLOB '[A-Z][A-Z][A-Z]'
BEGIN
    SELECT RAISE(ABORT, 'statement_begins_untried: a new statement was never tried, and is in a currency');
END;
