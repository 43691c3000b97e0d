"""What a CHECK cannot say: sums stay below the money, winners below their number, and a noticed list stands still.

The row of the call is locked before the sum is taken: of two officers at once the second sees what the first wrote.
"""

from django.db import migrations

SQL = """
CREATE FUNCTION challenges_keep_limits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    chosen record;
    money bigint;
    total numeric;
    winners integer;
BEGIN
    SELECT challenge.id, challenge.call_id, challenge.max_fund_fen, challenge.max_winners INTO chosen
        FROM challenges_bid bid JOIN challenges_challenge challenge ON challenge.id = bid.challenge_id
        WHERE bid.id = NEW.bid_id;
    SELECT money_available_fen INTO money FROM challenges_call WHERE id = chosen.call_id FOR UPDATE;
    IF NEW.fund_fen > chosen.max_fund_fen THEN
        RAISE EXCEPTION 'bid % would get more than its challenge allows', NEW.bid_id
            USING ERRCODE = 'check_violation';
    END IF;
    EXECUTE format(
        'SELECT coalesce(sum(taken.fund_fen), 0), count(*) FILTER (WHERE challenge.id = $2)
         FROM %I taken JOIN challenges_bid bid ON bid.id = taken.bid_id
         JOIN challenges_challenge challenge ON challenge.id = bid.challenge_id
         WHERE challenge.call_id = $1', TG_TABLE_NAME)
        INTO total, winners USING chosen.call_id, chosen.id;
    IF total > money THEN
        RAISE EXCEPTION 'call % would give % of %', chosen.call_id, total, money USING ERRCODE = 'check_violation';
    END IF;
    IF winners > chosen.max_winners THEN
        RAISE EXCEPTION 'challenge % would have % winners', chosen.id, winners USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER recommendation_keeps_limits AFTER INSERT OR UPDATE ON challenges_recommendation
    FOR EACH ROW EXECUTE FUNCTION challenges_keep_limits();
CREATE TRIGGER award_keeps_limits AFTER INSERT OR UPDATE ON challenges_award
    FOR EACH ROW EXECUTE FUNCTION challenges_keep_limits();

CREATE FUNCTION challenges_money_covers_list() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    total numeric;
BEGIN
    SELECT coalesce(sum(taken.fund_fen), 0) INTO total
        FROM challenges_recommendation taken JOIN challenges_bid bid ON bid.id = taken.bid_id
        JOIN challenges_challenge challenge ON challenge.id = bid.challenge_id
        WHERE challenge.call_id = NEW.id;
    IF total > NEW.money_available_fen THEN
        RAISE EXCEPTION 'call % has already promised %', NEW.id, total USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER call_money_covers_list AFTER UPDATE OF money_available_fen ON challenges_call
    FOR EACH ROW EXECUTE FUNCTION challenges_money_covers_list();

CREATE FUNCTION challenges_noticed_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stands text;
BEGIN
    IF TG_TABLE_NAME = 'challenges_recommendation' THEN
        SELECT call.state INTO stands FROM challenges_bid bid
            JOIN challenges_challenge challenge ON challenge.id = bid.challenge_id
            JOIN challenges_call call ON call.id = challenge.call_id
            WHERE bid.id = (CASE WHEN TG_OP = 'DELETE' THEN OLD.bid_id ELSE NEW.bid_id END);
    ELSE
        SELECT call.state INTO stands FROM challenges_challenge challenge
            JOIN challenges_call call ON call.id = challenge.call_id
            WHERE challenge.id = (CASE WHEN TG_OP = 'DELETE' THEN OLD.challenge_id ELSE NEW.challenge_id END);
    END IF;
    IF stands <> 'reviewing' THEN
        RAISE EXCEPTION 'the list of a call that is % stands still', stands USING ERRCODE = 'check_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER recommendation_noticed_stands BEFORE INSERT OR UPDATE OR DELETE ON challenges_recommendation
    FOR EACH ROW EXECUTE FUNCTION challenges_noticed_stands();
CREATE TRIGGER no_winner_noticed_stands BEFORE INSERT OR UPDATE OR DELETE ON challenges_nowinner
    FOR EACH ROW EXECUTE FUNCTION challenges_noticed_stands();
"""

BACK = """
DROP TRIGGER no_winner_noticed_stands ON challenges_nowinner;
DROP TRIGGER recommendation_noticed_stands ON challenges_recommendation;
DROP FUNCTION challenges_noticed_stands();
DROP TRIGGER call_money_covers_list ON challenges_call;
DROP FUNCTION challenges_money_covers_list();
DROP TRIGGER award_keeps_limits ON challenges_award;
DROP TRIGGER recommendation_keeps_limits ON challenges_recommendation;
DROP FUNCTION challenges_keep_limits();
"""


class Migration(migrations.Migration):
    dependencies = [("challenges", "0005_decisions")]

    operations = [migrations.RunSQL(SQL, BACK)]
