/**
 * Everything that is written, as scripts: Redis runs one at a time, so that whether a claim is held, what lies there and what
 * takes its place are one moment. They look before they write: a script that has begun to write goes through.
 */

import { CLAIM, LAST_ID, MEMORY_MS, ONCE } from '../own-kinds.ts';
import { MAILBOX_LIMIT } from '../store.ts';
import { type Script, script } from './connection.ts';

/** What the time is, as Lua: milliseconds since 1970, by the server, whose clock all bots share. */
export const SERVER_TIME = `(function()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end)()`;

export type Scripts = ReturnType<typeof scriptsAt>;

/**
 * What every script begins with. Keys: records, index, due, channel; whatever follows is the script's own. Arguments: the term, how many
 * claims the writer works under, then field, owner and fence of each; then the script's own.
 */
const preludeAt = (time: string) => `
local records, index, due, channel = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local time = ${time}
local given = 0
local function arg()
  given = given + 1
  return ARGV[given]
end
local function whole(number) return string.format('%.0f', number) end
local function ends(text) return tonumber(string.match(text, '^{"version":%d+,"expires":(%d+),')) end
local function isOver(text)
  local over = ends(text)
  return over and over <= time
end
local function live(field)
  local text = redis.call('HGET', records, field)
  if text and not isOver(text) then return text end
  return nil
end
local function dueAt(field, text)
  local over = ends(text)
  if over then redis.call('ZADD', due, whole(over), field) else redis.call('ZREM', due, field) end
end
local function put(field, text)
  redis.call('HSET', records, field, text)
  redis.call('ZADD', index, 0, field)
  dueAt(field, text)
end
local function drop(field)
  redis.call('HDEL', records, field)
  redis.call('ZREM', index, field)
  redis.call('ZREM', due, field)
end
local function holding(field)
  local text = live(field)
  if not text then return nil end
  local isJson, record = pcall(cjson.decode, text)
  local held = isJson and type(record) == 'table' and record.version == ${CLAIM.version} and record.value
  if type(held) == 'table' and type(held.fence) == 'number' and type(held['until']) == 'number' then return held end
  return nil, 'unreadable'
end
-- An owner is kept with the term in which the claim was taken: in another one it is nobody's.
local term = arg() .. ' '
local function isHeld(held)
  return held and held.owner ~= cjson.null and held['until'] > time and string.sub(held.owner, 1, #term) == term
end
for _ = 1, tonumber(arg()) do
  local field, owner, fence = arg(), term .. arg(), tonumber(arg())
  local held = holding(field)
  if not isHeld(held) or held.owner ~= owner or held.fence ~= fence then return redis.error_reply('FENCED by whoever has it now') end
end
`;

const BOXES = `
local ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
local function digit(id, at) return string.find(ALPHABET, string.sub(id, at, at), 1, true) end
local function timeOf(id)
  local ms = 0
  for at = 1, 10 do ms = ms * 32 + (digit(id, at) or 32) - 1 end
  return ms
end
local function from(id) return #id == 26 and whole(timeOf(id)) or '-' end
local function idAt(ms, random)
  local id = ''
  for _ = 1, 10 do
    id = string.sub(ALPHABET, ms % 32 + 1, ms % 32 + 1) .. id
    ms = math.floor(ms / 32)
  end
  return id .. random
end
local function idAfter(id)
  for at = 26, 1, -1 do
    local n = digit(id, at)
    if n < 32 then return string.sub(id, 1, at - 1) .. string.sub(ALPHABET, n + 1, n + 1) .. string.rep('0', 26 - at) end
  end
end
local function dropMessage(box, prefix, entry)
  redis.call('XDEL', box, entry[1])
  redis.call('ZREM', due, prefix .. entry[2][2])
end
local function leave(box)
  if redis.call('XLEN', box) == 0 then redis.call('DEL', box) end
end
`;

/** Claims: how one is written. */
const KEEP = `
local function owned(json) return '"' .. term .. string.sub(json, 2) end
local function keep(field, owner, fence, held, over)
  put(field, '{"version":${CLAIM.version},"expires":' .. whole(over) .. ',"value":{"owner":' .. owner ..
    ',"fence":' .. whole(fence) .. ',"until":' .. whole(held) .. '}}')
end
`;

/** @param time what the time is, as Lua (`SERVER_TIME`); tests have it go on, and back */
export function scriptsAt(time: string) {
  const prelude = preludeAt(time);
  const made = (source: string): Script => script(prelude + source);
  return {
    /**
     * Conditions: field and SHA-1 of the text that has to lie there (empty: none). Then texts by field, then fields that go.
     * 1: done; 0: something else lies there.
     */
    commit: made(`
for _ = 1, tonumber(arg()) do
  local field, digest = arg(), arg()
  local text = redis.call('HGET', records, field)
  if (text and redis.sha1hex(text) or '') ~= digest then return 0 end
end
for _ = 1, tonumber(arg()) do
  local field, text = arg(), arg()
  put(field, text)
end
for _ = 1, tonumber(arg()) do drop(arg()) end
return 1`),

    /** Fields of one page: its bounds as ZRANGE has them, how many, whether downwards. What has run out is not among them. */
    page: made(`
local low, high, most, isDown = arg(), arg(), tonumber(arg()), arg() == '1'
local found = {}
while #found < most do
  local page
  if isDown then page = redis.call('ZREVRANGEBYLEX', index, high, low, 'LIMIT', 0, most)
  else page = redis.call('ZRANGEBYLEX', index, low, high, 'LIMIT', 0, most) end
  for _, field in ipairs(page) do
    local over = redis.call('ZSCORE', due, field)
    if #found < most and not (over and tonumber(over) <= time) then found[#found + 1] = field end
  end
  if #page < most then break end
  if isDown then high = '(' .. page[#page] else low = '(' .. page[#page] end
end
return found`),

    /**
     * The key of the store's name; the name by which whoever asks knows the store (empty: not yet), and one to give it. The name it has;
     * empty: what is known has nothing any more. A server that can write nothing just now is no other store.
     */
    name: made(`
local known, fresh = arg(), arg()
local name = redis.call('GET', KEYS[5])
if name then return name end
if known ~= '' and redis.call('EXISTS', records) == 0 then return '' end
name = known ~= '' and known or fresh
redis.pcall('SET', KEYS[5], name)
return name`),

    /** Deletes up to so many records whose time has run out, and says how many. */
    sweep: made(`${BOXES}
local over = redis.call('ZRANGEBYSCORE', due, '-inf', whole(time), 'LIMIT', 0, tonumber(arg()))
local boxes = KEYS[5]
for _, field in ipairs(over) do
  local name, id = string.match(field, '^message%z%z(.*)%z%z(.-)$')
  if name then
    local box = boxes .. name
    for _, entry in ipairs(redis.call('XRANGE', box, from(id), from(id))) do
      if entry[2][2] == id then dropMessage(box, string.sub(field, 1, -1 - #id), entry) end
    end
    redis.call('ZREM', due, field)
    leave(box)
  else drop(field) end
end
return #over`),

    /** Owner as JSON, how long, whether one that cannot be read is as good as none. The fence; 0: held; -1: unreadable. */
    take: made(`${KEEP}
local field, owner, ttl, anyway = arg(), arg(), tonumber(arg()), arg() == '1'
local held, why = holding(field)
if why and not anyway then return '-1' end
if isHeld(held) then return '0' end
-- The clock as a floor keeps fences growing even after the memory of a name has run out.
local fence = math.max((held and held.fence or 0) + 1, time)
keep(field, owned(owner), fence, time + ttl, time + ttl + ${MEMORY_MS})
return whole(fence)`),

    /** Owner, the same as JSON, how long. 1: done; 0: it is not the owner's; -1: unreadable. */
    renew: made(`${KEEP}
local field, owner, json, ttl = arg(), term .. arg(), owned(arg()), tonumber(arg())
local held, why = holding(field)
if why then return -1 end
if not isHeld(held) or held.owner ~= owner then return 0 end
keep(field, json, held.fence, time + ttl, time + ttl + ${MEMORY_MS})
return 1`),

    /** Owner, and what to tell. As \`renew\`. */
    release: made(`${KEEP}
local field, owner, told = arg(), term .. arg(), arg()
local held, why = holding(field)
if why then return -1 end
if not isHeld(held) or held.owner ~= owner then return 0 end
keep(field, 'null', held.fence, held['until'], time + ${MEMORY_MS})
redis.call('PUBLISH', channel, told)
return 1`),

    /** How long. 1: this is the once; 0: it was. */
    once: made(`
local field, ttl = arg(), tonumber(arg())
if live(field) then return 0 end
put(field, '{"version":${ONCE.version},"expires":' .. whole(time + ttl) .. ',"value":true}')
return 1`),

    /** 1: it was the once, and that is remembered; 0: not. */
    wasSaid: made(`return live(arg()) and 1 or 0`),

    /** The box's stream; last id's field, what its messages' fields begin with, text, sixteen random digits, what to tell before the id. */
    append: made(`${BOXES}
local box, lastField, prefix, text, random, told = KEYS[5], arg(), arg(), arg(), arg(), arg()
if redis.call('XLEN', box) >= ${MAILBOX_LIMIT} then
  for _, entry in ipairs(redis.call('XRANGE', box, '-', '+')) do
    if isOver(entry[2][4]) then dropMessage(box, prefix, entry) end
  end
  if redis.call('XLEN', box) >= ${MAILBOX_LIMIT} then return redis.error_reply('FULLBOX of messages') end
end
local last = string.match(live(lastField) or '', '"value":"(%w+)"}$')
local id = idAt(time, random)
if last and #last == 26 and timeOf(last) >= time then id = idAfter(last) end
local over = ends(text) + ${MEMORY_MS}
put(lastField, '{"version":${LAST_ID.version},"expires":' .. whole(over) .. ',"value":"' .. id .. '"}')
redis.call('XADD', box, whole(timeOf(id)) .. '-*', 'id', id, 'text', text)
dueAt(prefix .. id, text)
redis.call('PUBLISH', channel, told .. id)
return id`),

    /** The box's stream; the cursor (empty: none), how many. Ids and texts, one after another. */
    read: made(`${BOXES}
local box, after, most = KEYS[5], arg(), tonumber(arg())
local found = {}
for _, entry in ipairs(redis.call('XRANGE', box, from(after), '+')) do
  if #found >= most * 2 then break end
  local id, text = entry[2][2], entry[2][4]
  if id > after and not isOver(text) then
    found[#found + 1] = id
    found[#found + 1] = text
  end
end
return found`),

    /** The box's stream; what its messages' fields begin with, and up to which id (empty: all of them) they go. */
    ack: made(`${BOXES}
local box, prefix, upTo = KEYS[5], arg(), arg()
for _, entry in ipairs(redis.call('XRANGE', box, '-', #upTo == 26 and from(upTo) or '+')) do
  if upTo == '' or entry[2][2] <= upTo then dropMessage(box, prefix, entry) end
end
leave(box)
return 1`),

    /** The box's stream; what its messages' fields begin with, and one id: it goes. */
    remove: made(`${BOXES}
local box, prefix, id = KEYS[5], arg(), arg()
for _, entry in ipairs(redis.call('XRANGE', box, from(id), from(id))) do
  if entry[2][2] == id then dropMessage(box, prefix, entry) end
end
leave(box)
return 1`),

    /** Puts records where they lay elsewhere: field and text of each; of messages the field, the name of the box and the id, too. */
    restore: made(`${BOXES}
local boxes = KEYS[5]
for _ = 1, tonumber(arg()) do
  local field, text, name, id = arg(), arg(), arg(), arg()
  if id == '' then put(field, text)
  else
    redis.call('XADD', boxes .. name, whole(timeOf(id)) .. '-*', 'id', id, 'text', text)
    dueAt(field, text)
  end
end
return 1`),

    /**
     * Who need not wait: of each a field (of a claim), or the name of a box and a cursor. Of each the milliseconds until it may
     * be ready, 0: now, -1: nobody knows.
     */
    ready: made(`${BOXES}
local boxes = KEYS[5]
local told = {}
for n = 1, tonumber(arg()) do
  local sort, name, after = arg(), arg(), arg()
  told[n] = -1
  if sort == 'claim' then
    local held = holding(name)
    told[n] = isHeld(held) and held['until'] - time or 0
  else
    for _, entry in ipairs(redis.call('XREVRANGE', boxes .. name, '+', from(after))) do
      if entry[2][2] <= after then break end
      if not isOver(entry[2][4]) then
        told[n] = 0
        break
      end
    end
  end
end
return told`),

    /**
     * Copies everything as it is now to keys of other names, which go by themselves after so many milliseconds. Keys: records,
     * index and boxes of the copy. Names of all boxes that have messages.
     */
    copy: made(`
local boxes, toRecords, toIndex, toBoxes, ttl = KEYS[5], KEYS[6], KEYS[7], KEYS[8], arg()
local named = {}
redis.call('COPY', records, toRecords)
redis.call('COPY', index, toIndex)
redis.call('PEXPIRE', toRecords, ttl)
redis.call('PEXPIRE', toIndex, ttl)
for _, field in ipairs(redis.call('ZRANGEBYLEX', index, '[last-id\\0\\0', '(last-id\\0\\1')) do
  local name = string.sub(field, 10)
  if redis.call('COPY', boxes .. name, toBoxes .. name) == 1 then
    redis.call('PEXPIRE', toBoxes .. name, ttl)
    named[#named + 1] = name
  end
end
return named`),

    /**
     * Puts one store in the place of another, which is kept under other names. Keys: of the one in use (records, index, due,
     * channel, boxes), of the new one and of what the old one is from now on (records, index, due, boxes each). 1: there was an
     * old one.
     */
    swap: made(`
local function move(from, fromBoxes, to, toBoxes)
  for _, field in ipairs(redis.call('ZRANGEBYLEX', KEYS[from + 1], '[last-id\\0\\0', '(last-id\\0\\1')) do
    local name = string.sub(field, 10)
    if redis.call('EXISTS', KEYS[fromBoxes] .. name) == 1 then
      redis.call('RENAME', KEYS[fromBoxes] .. name, KEYS[toBoxes] .. name)
    end
  end
  local moved = 0
  for at = 0, 2 do
    if redis.call('EXISTS', KEYS[from + at]) == 1 then
      redis.call('RENAME', KEYS[from + at], KEYS[to + at])
      moved = 1
    end
  end
  return moved
end
local before = move(1, 5, 10, 13)
move(6, 9, 1, 5)
return before`),
  };
}
