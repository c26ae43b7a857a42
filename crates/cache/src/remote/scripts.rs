//! What the server does in one step. Numbers in its scripts are doubles: exact up to 2^53.

use redis::Cmd;

/// Removes a value and tells everybody.
pub(super) const REMOVE: &str = "\
redis.call('UNLINK', KEYS[1])
return redis.call('PUBLISH', ARGV[1], ARGV[2])";

/// Counts one more; the first one starts the time.
pub(super) const INCR: &str = "\
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count";

/// `Taken::has_room`, and one more if there is: present and earlier window; `max`, `P`, `P − e`,
/// how long to keep the count.
pub(super) const TAKE: &str = "\
local present = tonumber(redis.call('GET', KEYS[1]) or '0')
local before = tonumber(redis.call('GET', KEYS[2]) or '0')
local max, per, left = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if before * left + (present + 1) * per > max * per then return {0, before, present} end
present = redis.call('INCR', KEYS[1])
if present == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
return {1, before, present}";

/// Makes the counts of a present and an earlier window no smaller than these; how long to keep them.
pub(super) const RAISE: &str = "\
for place = 1, 2 do
  if tonumber(redis.call('GET', KEYS[place]) or '0') < tonumber(ARGV[place]) then
    redis.call('SET', KEYS[place], ARGV[place], 'PX', ARGV[3])
  end
end";

/// One more failure in a row: now and how long a row lasts, in milliseconds.
pub(super) const NOTE_FAILURE: &str = "\
local last = tonumber(redis.call('HGET', KEYS[1], 'last') or '0')
local count = tonumber(redis.call('HGET', KEYS[1], 'count') or '0')
if tonumber(ARGV[1]) - last >= tonumber(ARGV[2]) then count = 0 end
count = count + 1
redis.call('HSET', KEYS[1], 'count', count, 'last', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return count";

/// Makes failures in a row no fewer than these: their number and when the last one was; now and how
/// long a row lasts.
pub(super) const RAISE_FAILURES: &str = "\
local last = tonumber(redis.call('HGET', KEYS[1], 'last') or '0')
local count = tonumber(redis.call('HGET', KEYS[1], 'count') or '0')
if tonumber(ARGV[3]) - last >= tonumber(ARGV[4]) then count = 0 end
if count < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'count', ARGV[1], 'last', math.max(last, tonumber(ARGV[2])))
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end";

/// The command that runs a script over these keys; its arguments follow. The server knows the
/// script again by its digest, so sending it costs its few hundred bytes and nothing else.
pub(super) fn script(text: &str, keys: &[String]) -> Cmd {
    let mut command = redis::cmd("EVAL");
    command.arg(text).arg(keys.len()).arg(keys);
    command
}
