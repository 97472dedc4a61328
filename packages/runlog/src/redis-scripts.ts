import { createHash } from "node:crypto";

/** A Lua program that Redis runs as one step. */
export interface Script {
  readonly source: string;
  /** By which Redis knows a program that it has run before. */
  readonly sha: string;
}

/** Milliseconds for which Redis remembers what it has done, so that asking again does not do it twice. */
export const REMEMBER_DONE_MS = 60_000;

const PRELUDE = `
  local function state_of(key)
    return redis.call('HMGET', key, 'number', 'epoch', 'first', 'next', 'sealed', 'bytes', 'created', 'meta')
  end
  -- Lua would write 1e+15.
  local function digits(number) return string.format('%.0f', number) end
  local function id_of(seq) return digits(seq + 1) .. '-0' end
  local function clock_ms()
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
  end
`;

/** @param flags `allow-oom` for what frees memory, so that it still runs when there is none. */
function script(source: string, flags?: "allow-oom"): Script {
  const whole = (flags ? `#!lua flags=${flags}\n` : "") + PRELUDE + source;
  return { source: whole, sha: createHash("sha1").update(whole).digest("hex") };
}

/**
 * Numbers never fall behind the clock, in quarters of a second since 2025: so they do not repeat when Redis has
 * forgotten everything, and still fit 32 bits until 2059.
 *
 * KEYS: log, numbers, all logs, open logs. ARGV: name, epoch. Returns the state.
 */
export const OPEN = script(`
  if redis.call('EXISTS', KEYS[1]) == 0 then
    local now = clock_ms()
    local quarters = math.floor((now - 1735689600000) / 250)
    local number = digits(math.max(tonumber(redis.call('GET', KEYS[2]) or 0) + 1, quarters))
    redis.call('SET', KEYS[2], number)
    redis.call('HSET', KEYS[1], 'number', number, 'epoch', ARGV[2], 'first', 0, 'next', 0, 'sealed', 0, 'bytes', 0,
      'written', 0, 'created', digits(now), 'fence', 0, 'holder', '', 'until', 0)
    redis.call('ZADD', KEYS[3], number, ARGV[1])
    redis.call('ZADD', KEYS[4], number, ARGV[1])
  end
  return state_of(KEYS[1])
`);

/** KEYS: log. Returns the state. */
export const STAT = script(`return state_of(KEYS[1])`);

/**
 * Looks at some logs only; the caller asks on below the last number that was looked at.
 *
 * KEYS: a list of logs. ARGV: highest number, prefix of names, prefix of keys, most logs, most looked at.
 * Returns the last number looked at, or null at the end; then name and state by turns.
 */
export const LIST = script(`
  local found = redis.call('ZREVRANGEBYSCORE', KEYS[1], ARGV[1], '-inf', 'WITHSCORES', 'LIMIT', 0, ARGV[5])
  local reply = {false}
  if #found == 2 * tonumber(ARGV[5]) then reply[1] = found[#found] end
  local left = tonumber(ARGV[4])
  for i = 1, #found, 2 do
    local name = found[i]
    if string.sub(name, 1, #ARGV[2]) == ARGV[2] then
      reply[#reply + 1] = name
      reply[#reply + 1] = state_of(ARGV[3] .. name)
      left = left - 1
      if left == 0 then return reply end
    end
  end
  return reply
`);

/**
 * Checks everything first, since Redis takes nothing back.
 *
 * KEYS: done, open logs, sealed logs; then log and entries of each. ARGV: ms to remember, prefix of channels, how many
 * logs; then for each: name, at, fence or '', has meta, meta, seal, how many entries, entries.
 * Returns ok | missing, log | conflict, log, next, sealed | fenced, log, current fence; logs are counted from 0.
 */
export const APPEND = script(`
  if redis.call('EXISTS', KEYS[1]) == 1 then return {'ok'} end
  local count = tonumber(ARGV[3])
  local at = 4
  for i = 0, count - 1 do
    local stored = redis.call('HMGET', KEYS[4 + 2 * i], 'next', 'sealed', 'fence')
    if not stored[1] then return {'missing', i} end
    local fence = tonumber(ARGV[at + 2])
    if fence and fence < tonumber(stored[3]) then return {'fenced', i, stored[3]} end
    if stored[2] == '1' or stored[1] ~= ARGV[at + 1] then return {'conflict', i, stored[1], stored[2]} end
    at = at + 7 + tonumber(ARGV[at + 6])
  end
  at = 4
  for i = 0, count - 1 do
    local log, entries = KEYS[4 + 2 * i], KEYS[5 + 2 * i]
    local name, first, length = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 6])
    local sizes = redis.call('HMGET', log, 'bytes', 'written', 'number')
    local bytes, written = tonumber(sizes[1]), tonumber(sizes[2])
    for j = 0, length - 1 do
      local entry = ARGV[at + 7 + j]
      redis.call('XADD', entries, id_of(first + j), 'o', digits(written), 'd', entry)
      bytes, written = bytes + #entry, written + #entry
    end
    redis.call('HSET', log, 'next', digits(first + length), 'bytes', digits(bytes), 'written', digits(written))
    if ARGV[at + 3] == '1' then redis.call('HSET', log, 'meta', ARGV[at + 4]) end
    -- A host that crashed may have forgotten the newest lease; its holder's first append brings the fence back.
    if ARGV[at + 2] ~= '' then redis.call('HSET', log, 'fence', ARGV[at + 2]) end
    if ARGV[at + 5] == '1' then
      redis.call('HSET', log, 'sealed', 1)
      redis.call('ZREM', KEYS[2], name)
      redis.call('ZADD', KEYS[3], sizes[3], name)
    end
    redis.call('PUBLISH', ARGV[2] .. name, '')
    at = at + 7 + length
  end
  redis.call('SET', KEYS[1], '', 'PX', ARGV[1])
  return {'ok'}
`);

/**
 * Asks the stream for a few entries first and for more once their size is known: it never holds much more than wanted.
 *
 * KEYS: log, entries. ARGV: epoch, from, most bytes. Returns the state, then entries.
 */
export const READ = script(`
  local state = state_of(KEYS[1])
  local reply = {state}
  local from, most = tonumber(ARGV[2]), tonumber(ARGV[3])
  if state[2] ~= ARGV[1] or from < tonumber(state[3]) then return reply end
  local taken, bytes, count = 0, 0, 4
  while from + taken < tonumber(state[4]) do
    local found = redis.call('XRANGE', KEYS[2], id_of(from + taken), '+', 'COUNT', count)
    if #found == 0 then return reply end
    for _, item in ipairs(found) do
      local entry = item[2][4]
      if taken > 0 and bytes + #entry > most then return reply end
      taken, bytes = taken + 1, bytes + #entry
      reply[taken + 1] = entry
    end
    count = math.max(1, math.min(taken, math.ceil((most - bytes) * taken / math.max(1, bytes))))
  end
  return reply
`);

/** KEYS: log, entries. ARGV: epoch, first. Does nothing under another epoch. */
export const TRIM = script(
  `
  local stored = redis.call('HMGET', KEYS[1], 'epoch', 'first', 'next', 'written')
  if stored[1] ~= ARGV[1] then return 'ok' end
  local first = math.min(math.max(tonumber(stored[2]), tonumber(ARGV[2])), tonumber(stored[3]))
  redis.call('XTRIM', KEYS[2], 'MINID', id_of(first))
  local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
  local bytes = oldest and tonumber(stored[4]) - tonumber(oldest[2][2]) or 0
  redis.call('HSET', KEYS[1], 'first', digits(first), 'bytes', digits(bytes))
  return 'ok'
`,
  "allow-oom",
);

/**
 * Fences, as numbers, never fall behind the clock, so that the newest is the highest even when Redis has forgotten.
 *
 * KEYS: log, fences. ARGV: holder, ms, force. Returns missing | held | the fence.
 */
export const LEASE = script(`
  local stored = redis.call('HMGET', KEYS[1], 'number', 'holder', 'until', 'fence')
  if not stored[1] then return 'missing' end
  local now = clock_ms()
  local fence = stored[4]
  if stored[2] ~= ARGV[1] then
    if stored[2] ~= '' and tonumber(stored[3]) > now and ARGV[3] == '0' then return 'held' end
    fence = digits(math.max(tonumber(redis.call('GET', KEYS[2]) or 0) + 1, tonumber(fence) + 1, now))
    redis.call('SET', KEYS[2], fence)
  end
  redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'until', digits(now + tonumber(ARGV[2])), 'fence', fence)
  return fence
`);

/** KEYS: log. ARGV: holder. */
export const RELEASE = script(`
  if redis.call('HGET', KEYS[1], 'holder') == ARGV[1] then redis.call('HSET', KEYS[1], 'holder', '', 'until', 0) end
  return 'ok'
`);

/**
 * KEYS: log, entries, open logs, sealed logs. ARGV: name, new epoch, prefix of channels, fence or ''.
 * Returns ok, state | fenced, current fence.
 */
export const RESTART = script(`
  local stored = redis.call('HMGET', KEYS[1], 'number', 'epoch', 'fence')
  if stored[1] and stored[2] ~= ARGV[2] then
    local fence = tonumber(ARGV[4])
    if fence and fence < tonumber(stored[3]) then return {'fenced', stored[3]} end
    redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'first', 0, 'next', 0, 'sealed', 0, 'bytes', 0, 'written', 0)
    redis.call('UNLINK', KEYS[2])
    redis.call('ZADD', KEYS[3], stored[1], ARGV[1])
    redis.call('ZREM', KEYS[4], ARGV[1])
    redis.call('PUBLISH', ARGV[3] .. ARGV[1], '')
  end
  return {'ok', state_of(KEYS[1])}
`);

/** KEYS: log, entries, all, open, sealed logs. ARGV: name, number, prefix of channels. Spares a log of another number. */
export const DELETE = script(
  `
  if redis.call('HGET', KEYS[1], 'number') ~= ARGV[2] then return 'ok' end
  redis.call('UNLINK', KEYS[1], KEYS[2])
  for i = 3, 5 do redis.call('ZREM', KEYS[i], ARGV[1]) end
  redis.call('PUBLISH', ARGV[3] .. ARGV[1], '')
  return 'ok'
`,
  "allow-oom",
);
